import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A stack that `npm start` brought up, and what it wrote into `stack.json`. */
export interface Stack {
  child: ChildProcess;
  output: () => string;
  file: Record<string, string>;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

type Variables = Record<string, string | undefined>;

/** The commands of package.json, each in a process of its own, on one data directory. */
export function scriptsOn(dataDir: string) {
  const environment = (more: Variables = {}) => ({
    ...process.env,
    NODE_ENV: undefined,
    DATA_DIR: dataDir,
    PORT: '0',
    ...more,
  });

  /** Runs a TypeScript file as the command in package.json does, until it ends. */
  function run(file: string, args: string[] = [], more?: Variables): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['--import', 'tsx', file, ...args],
        { cwd: ROOT, env: environment(more) },
        (_error, stdout, stderr) => {
          resolve({ code: child.exitCode ?? -1, stdout, stderr });
        },
      );
    });
  }

  async function start(more?: Variables): Promise<Stack> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts'], {
      cwd: ROOT,
      env: environment(more),
    });
    let output = '';
    const isUp = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          if (output.includes('Ctrl-C stops it')) resolve();
        });
      }
    });
    await Promise.race([isUp, once(child, 'exit').then(() => Promise.reject(new Error(output)))]);
    const file = JSON.parse(await readFile(join(dataDir, 'stack.json'), 'utf8')) as Record<string, string>;
    return { child, output: () => output, file };
  }

  /** Sends the signal and waits for the end; the exit code, or null where it was killed. */
  async function stop({ child }: Stack, signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }

  return { environment, run, start, stop, root: ROOT };
}
