import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import getPort, { portNumbers } from 'get-port';
import type { Figure } from './figure.ts';
import { percentile } from './timing.ts';

const LATER_STARTS = 3;
const LONGEST_START_MS = 120_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** From `npm start` to the first 200 of `/health/ready`: the first time in an empty data directory, and later. */
export async function measureStartup(): Promise<Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-start-'));
  try {
    const first = await secondsToReady(dataDir);
    const later: number[] = [];
    for (let n = 0; n < LATER_STARTS; n++) later.push(await secondsToReady(dataDir));
    return [
      { name: 'npm start to ready, the first time', value: first, unit: 's' },
      { name: `npm start to ready, later, median of ${LATER_STARTS}`, value: percentile(later, 0.5), unit: 's' },
    ];
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

async function secondsToReady(dataDir: string): Promise<number> {
  // Below the ports that the system gives to outgoing connections: asking one of those may connect to itself.
  const port = await getPort({ port: portNumbers(4100, 4999) });
  const started = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: String(port),
    },
  });
  const exited = once(child, 'exit');
  try {
    while (!(await isReady(port))) {
      if (performance.now() - started > LONGEST_START_MS) throw new Error('npm start does not become ready');
      await sleep(20);
    }
    return (performance.now() - started) / 1000;
  } finally {
    // npm does not hand the signal on: the whole group gets it.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await exited;
  }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
  return answer?.status === 200;
}
