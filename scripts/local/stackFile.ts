import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  while (!takeLock(path)) {
    const holder = holderOf(path) ?? removeStale(path);
    if (holder !== null) throw runsAlready(dataDir, holder);
  }
  return () => {
    rmSync(path, { force: true });
  };
}

/** A lock appears with its content or not at all: nobody reads one that is not written yet. */
function takeLock(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Only one process can move a lock away. One that moved a lock which was taken meanwhile puts it back: its holder. */
function removeStale(path: string): number | null {
  const moved = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, moved);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  const holder = holderOf(moved);
  if (holder === null) rmSync(moved);
  else renameSync(moved, path);
  return holder;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
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
