import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Figure } from './figure.ts';
import { percentile } from './timing.ts';

const HANDLER = fileURLToPath(new URL('../../src/stream/lambda.ts', import.meta.url));
const IMPORTS = 9;

/** The stream's Lambda as one file: its size, and how long a new process takes to import it. */
export async function measureLambda(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-lambda-'));
  try {
    const outfile = join(folder, 'lambda.cjs');
    await build({ entryPoints: [HANDLER], outfile, bundle: true, minify: true, platform: 'node', target: 'node20' });
    const bundle = readFileSync(outfile);
    const times: number[] = [];
    for (let n = 0; n < IMPORTS; n++) times.push(await importMilliseconds(outfile));
    return [
      { name: 'Lambda bundle', value: bundle.length / 1000, unit: 'kB' },
      { name: 'Lambda bundle, gzipped', value: gzipSync(bundle).length / 1000, unit: 'kB' },
      { name: `Lambda bundle, cold import, median of ${IMPORTS}`, value: percentile(times, 0.5), unit: 'ms' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function importMilliseconds(file: string): Promise<number> {
  const script = `const start = performance.now(); require(${JSON.stringify(file)}); console.log(performance.now() - start)`;
  const env = { ...process.env, NODE_ENV: 'production', AWS_REGION: 'us-east-1', MESSAGES_TABLE: 'bench' };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  return Number(stdout);
}
