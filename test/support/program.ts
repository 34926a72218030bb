import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a process holds, after a collection. */
export interface Usage {
  heapBytes: number;
  externalBytes: number;
  sockets: number;
  timers: number;
}

/** A program of `src` in a process of its own, as it is started in production. */
export interface Program {
  child: ChildProcess;
  /** Of the API. */
  url: string;
  /** Standard output and standard error. */
  output: () => string;
  usage(): Promise<Usage>;
  /** Something in it throws, or rejects, and nothing catches it. */
  fail(how: 'throw' | 'reject'): Promise<void>;
  /** Resolves with the exit code and the signal that ended it. */
  ended: Promise<[number | null, NodeJS.Signals | null]>;
}

export interface ProgramOptions {
  /** Where standard output goes, instead of into `output`. */
  stdout?: number;
}

/** The API server; resolves when it is ready. */
export async function startApiProgram(env: Record<string, string>, options?: ProgramOptions): Promise<Program> {
  const port = await getPort({ host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${port}`;
  const program = start('src/main.ts', { ...env, HOST: '127.0.0.1', PORT: String(port) }, options);
  const isUp = async () => (await fetch(`${origin}/health/ready`).catch(() => null))?.ok === true;
  while (!(await isUp())) {
    if (program.child.exitCode !== null) throw new Error(program.output());
    await sleep(50);
  }
  return { ...program, url: `${origin}/graphql` };
}

/** The stream worker; resolves when it listens to its channel. */
export async function startWorkerProgram(env: Record<string, string>): Promise<Program> {
  const program = start('src/stream/main.ts', env);
  await program.usage();
  return program;
}

function start(file: string, env: Record<string, string>, { stdout }: ProgramOptions = {}): Program {
  const inside = fileURLToPath(new URL('inside.js', import.meta.url));
  const args = ['--expose-gc', '--import', 'tsx', '--import', inside, file];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ask = async (question: string): Promise<unknown> => {
    const answered = once(child, 'message') as Promise<[unknown]>;
    child.send(question);
    return (await answered)[0];
  };
  return {
    child,
    url: '',
    output: () => output,
    usage: async () => (await ask('usage')) as Usage,
    fail: async (how) => {
      await ask(how);
    },
    // After its output has been read too.
    ended: once(child, 'close') as Program['ended'],
  };
}
