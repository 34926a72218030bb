import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Compiles the contenders and this project, as `npm run build` does: nobody is timed with a loader in the process. */
export async function buildContenders(): Promise<void> {
  await promisify(execFile)('node', ['node_modules/typescript/bin/tsc', '-p', 'bench'], { cwd: ROOT });
  await copyFile(`${ROOT}/schema.graphql`, `${ROOT}/bench/build/schema.graphql`);
}

export function contenderFile(name: string): string {
  return `${ROOT}/bench/build/bench/contenders/${name}.js`;
}
