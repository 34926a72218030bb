import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartError } from './process.ts';

const stackFile = z.object({
  /** Null where the stack was stopped. */
  pid: z.number().nullable(),
  graphqlUrl: z.string().nullable(),
  dynamodbEndpoint: z.string().nullable(),
  databaseUrl: z.string().nullable(),
  cognitoEndpoint: z.string().nullable(),
  userPoolId: z.string().nullable(),
  clientId: z.string().nullable(),
});

/** Where the parts of a stack listen; those that are not part of it are null. Kept in `stack.json`. */
export type StackFile = z.infer<typeof stackFile>;

/** What the last stack on this data directory wrote, or null. */
export function readStackFile(dataDir: string): StackFile | null {
  try {
    return stackFile.parse(JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')));
  } catch {
    return null;
  }
}

/** The stack that runs on this data directory now, or null. */
export function findRunningStack(dataDir: string): StackFile | null {
  const stack = readStackFile(dataDir);
  return stack?.pid != null && isAlive(stack.pid) ? stack : null;
}

export function writeStackFile(dataDir: string, stack: StackFile): void {
  writeFileSync(join(dataDir, 'stack.json'), `${JSON.stringify(stack, null, 2)}\n`);
}

/**
 * Takes the data directory for this process, until the returned function is called. What a process that is dead held
 * is taken over.
 *
 * @throws {StartError} where a process that is alive holds it.
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'lock');
  const holder = holderOf(path);
  if (holder !== null) throw runsAlready(dataDir, holder);
  rmSync(path, { force: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch (error) {
    // Another process has taken what was stale in between.
    const winner = holderOf(path);
    throw winner === null ? error : runsAlready(dataDir, winner);
  }
  return () => {
    rmSync(path, { force: true });
  };
}

/** The living process that holds the lock, or null. */
export function holderOfDataDir(dataDir: string): number | null {
  return holderOf(join(dataDir, 'lock'));
}

export function runsAlready(dataDir: string, pid: number): StartError {
  const url = readStackFile(dataDir)?.graphqlUrl;
  const where = url ? ` at ${url}` : '';
  return new StartError(
    `A stack runs already on ${dataDir} (process ${pid})${where}. Stop it first, or set DATA_DIR to another folder.`,
  );
}

function holderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid !== process.pid && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
