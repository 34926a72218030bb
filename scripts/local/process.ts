import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What keeps the stack from starting, with what to do about it: its message is for the one who started it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A part of the local stack in a process of its own. */
export interface LocalPart {
  /** Where the part answers. */
  url: string;
  /** Resolves with the reason where the part ends by itself. */
  exited: Promise<string>;
  /** Resolves when the process has ended, with its data on disk. */
  stop(): Promise<void>;
}

interface Running {
  name: string;
  child: ChildProcess;
  /** Asks the process to end; it is killed where it does not within 5 s. */
  end: () => void;
  /** Ends it at once; of use where the process has children of its own. */
  kill?: () => void;
}

const READY_TIMEOUT_MS = 30_000;
const END_TIMEOUT_MS = 5000;

/**
 * Waits until a process that was just spawned answers, and hands it over as a part.
 *
 * @throws where it ends before it answers, or does not answer within 30 s; with the last of what it wrote.
 */
export async function partOf(running: Running, url: string, ready: () => Promise<boolean>): Promise<LocalPart> {
  const { name, child } = running;
  const lastLines = keepLastLines(child);
  const ended = once(child, 'exit').then(
    ([code, signal]) => `${name} ended (${String(code ?? signal)}): ${lastLines()}`,
  );
  const part: LocalPart = { url, exited: ended, stop: () => stop(running, ended) };
  const failure = await Promise.race([untilReady(name, ready), ended]);
  if (failure === null) return part;
  await part.stop();
  throw new StartError(failure);
}

async function untilReady(name: string, ready: () => Promise<boolean>): Promise<string | null> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (await ready().catch(() => false)) return null;
    await sleep(15);
  }
  return `${name} did not answer within ${READY_TIMEOUT_MS / 1000} s`;
}

async function stop(
  { child, end, kill = () => child.kill('SIGKILL') }: Running,
  ended: Promise<string>,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  end();
  const killer = setTimeout(kill, END_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}

function keepLastLines(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2000);
    });
  }
  return () => output.trim().split('\n').slice(-5).join('\n');
}
