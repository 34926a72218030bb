import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { OnStarted } from './stack.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = join(ROOT, 'dist/web');

/** Builds the web client where it changed since it was last built; the folder that it is in. */
export async function buildWeb(onBuilt: OnStarted): Promise<string> {
  const startedAt = Date.now();
  if (newestIn(join(ROOT, 'web')) > newestIn(BUILT)) {
    await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', 'web'], {
      cwd: ROOT,
    });
    onBuilt('Web client', startedAt);
  }
  return BUILT;
}

/** When a file of a folder was last written; 0 where there is none. */
function newestIn(folder: string): number {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return Math.max(0, ...files.map((file) => statSync(join(folder, file)).mtimeMs));
  } catch {
    return 0;
  }
}
