import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptsOn } from '../support/stack.ts';

/** Starts the stack for all tests, and tells them where it is. */
export default async function startStack(): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cruddur-e2e-'));
  const { start, stop } = scriptsOn(dataDir);
  const stack = await start();
  process.env['E2E_STACK'] = JSON.stringify(stack.file);
  return async () => {
    await stop(stack, 'SIGINT');
    await rm(dataDir, { recursive: true });
  };
}
