import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import { databaseUrl, dynamodbEndpoint } from './environment.ts';
import type { Issuer } from './issuer.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A server in a process of its own, that can be killed and started again at the same address. */
export interface Node {
  url: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** What a node or a worker needs, on the parts of the tests. */
export function environmentOf({ table, issuer, dataDir }: { table: string; issuer: Issuer; dataDir: string }) {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DYNAMODB_ENDPOINT: dynamodbEndpoint(),
    DATABASE_URL: databaseUrl(),
    MESSAGES_TABLE: table,
    COGNITO_USER_POOL_ID: 'test_pool',
    COGNITO_CLIENT_ID: issuer.clientId,
    COGNITO_ISSUER: issuer.url,
    DATA_DIR: dataDir,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** `src/main.ts`, as in production, on a port of its own. */
export async function startApiNode(env: Record<string, string>): Promise<Node> {
  const port = await getPort({ host: '127.0.0.1' });
  const url = `http://127.0.0.1:${port}`;
  const start = () => run('src/main.ts', { ...env, HOST: '127.0.0.1', PORT: String(port) });
  const isUp = async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok === true;
  return { ...(await startNode(start, isUp)), url: `${url}/graphql` };
}

/** `src/stream/main.ts`. */
export async function startWorkerNode(env: Record<string, string>): Promise<Node> {
  const start = () => run('src/stream/main.ts', env);
  return { ...(await startNode(start, () => Promise.resolve(true))), url: '' };
}

/** Where Redis or Valkey can be started, or null. */
export function findRedis(): string | null {
  const candidates = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((directory) => ['redis-server', 'valkey-server'].map((name) => join(directory, name)));
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** A Redis server in memory. */
export async function startRedis(command: string): Promise<Node> {
  const port = await getPort({ host: '127.0.0.1' });
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const start = () => spawn(command, args, { stdio: 'ignore' });
  return { ...(await startNode(start, () => sleep(300, true))), url: `redis://127.0.0.1:${port}` };
}

async function startNode(start: () => ChildProcess, isUp: () => Promise<boolean>) {
  let child: ChildProcess | null = null;
  const node = {
    async restart() {
      child = start();
      while (!(await isUp())) {
        if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`);
        await sleep(50);
      }
    },
    async kill() {
      if (!child) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      child = null;
      await ended;
    },
  };
  await node.restart();
  return node;
}

function run(file: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  });
}
