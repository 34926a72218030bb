import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { readTableConfig } from '../../src/config.ts';
import { post } from '../support/api.ts';
import { databaseUrl, dynamodbEndpoint } from '../support/environment.ts';
import { brokenInvariants } from '../support/invariants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stack-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

interface Stack {
  child: ChildProcess;
  output: () => string;
  file: Record<string, string>;
}

const environment = (more: Record<string, string> = {}) => ({
  ...process.env,
  NODE_ENV: undefined,
  DATA_DIR: dataDir,
  PORT: '0',
  ...more,
});

/** Runs one of the scripts of package.json as its command does. */
function runScript(name: string, args: string[] = []) {
  return promisify(execFile)('npm', ['run', '--silent', name, '--', ...args], { cwd: ROOT, env: environment() });
}

function spawnStart(more?: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/start.ts'], { cwd: ROOT, env: environment(more) });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, ended: once(child, 'exit') };
}

async function start(more?: Record<string, string>): Promise<Stack> {
  const { child, output, ended } = spawnStart(more);
  const isUp = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (output().includes('Ctrl-C stops it')) resolve();
    });
  });
  await Promise.race([isUp, ended.then(() => Promise.reject(new Error(output())))]);
  const file = JSON.parse(await readFile(join(dataDir, 'stack.json'), 'utf8')) as Record<string, string>;
  return { child, output, file };
}

async function stop({ child }: Stack, signal: NodeJS.Signals) {
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = (await ended) as [number | null];
  return code;
}

async function allRows({ dynamodbEndpoint }: Record<string, string>) {
  const dynamo = createDocumentClient(createDynamoDbClient(readTableConfig({ DYNAMODB_ENDPOINT: dynamodbEndpoint })));
  const { Items: rows = [] } = await dynamo.send(new ScanCommand({ TableName: 'cruddur-messages' }));
  return rows;
}

async function listTables(endpoint: string) {
  return createDynamoDbClient(readTableConfig({ DYNAMODB_ENDPOINT: endpoint })).send(new ListTablesCommand({}));
}

const isRefused = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  );

describe('npm start', () => {
  it('brings up the whole stack with demo data, keeps it over a restart, and ends cleanly', async () => {
    const first = await start();
    const seeded = await allRows(first.file);
    expect(seeded.length).toBeGreaterThan(100);
    expect(brokenInvariants(seeded)).toEqual([]);

    const { stdout: token } = await runScript('token', ['@AndrewBrown']);
    const ask = (url: string, query: string) => post(url, { query }, { authorization: `Bearer ${token.trim()}` });
    const url = String(first.file['graphqlUrl']);
    const inbox = await ask(
      url,
      '{ me { handle } messageGroups { nodes { otherUser { handle } lastMessage { body } } } }',
    );
    expect(inbox.data.me).toEqual({ handle: 'andrewbrown' });
    expect(inbox.data.messageGroups.nodes.map(({ otherUser }) => otherUser.handle).sort()).toEqual(['bayko', 'londo']);
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    const [, sandboxToken] = /Bearer ([\w.-]+)/.exec(await page.text()) ?? [];
    expect(
      (await post(url, { query: '{ me { handle } }' }, { authorization: `Bearer ${String(sandboxToken)}` })).data.me,
    ).toEqual({
      handle: 'andrewbrown',
    });

    await expect(runScript('reset')).rejects.toMatchObject({ stderr: expect.stringContaining('runs already') });
    const second = spawnStart();
    expect((await second.ended)[0]).toBe(1);
    expect(second.output()).toContain(`runs already on ${dataDir}`);

    expect(await stop(first, 'SIGINT')).toBe(0);
    for (const part of ['graphqlUrl', 'dynamodbEndpoint', 'cognitoEndpoint'])
      expect(await isRefused(String(first.file[part]))).toBe(true);
    await expect(runScript('token', ['bayko'])).rejects.toMatchObject({ stderr: expect.stringContaining('npm start') });

    const again = await start();
    expect(await allRows(again.file)).toEqual(seeded);
    expect(await stop(again, 'SIGTERM')).toBe(0);
  }, 120_000);

  it('leaves no process behind when it is killed, and starts again', async () => {
    const killed = await start();
    await stop(killed, 'SIGKILL');
    const gone = async () =>
      (
        await Promise.all(['dynamodbEndpoint', 'cognitoEndpoint'].map((part) => isRefused(String(killed.file[part]))))
      ).every(Boolean);
    const deadline = Date.now() + 10_000;
    while (!(await gone())) if (Date.now() > deadline) throw new Error('an emulator outlived its stack');
    const again = await start();
    expect(await stop(again, 'SIGINT')).toBe(0);
  }, 120_000);

  it('leaves the table of a DynamoDB that it was given alone, unless it is to prepare it', async () => {
    const given = { DYNAMODB_ENDPOINT: dynamodbEndpoint(), MESSAGES_TABLE: `given-${randomUUID()}` };
    const untouched = await start(given);
    expect(untouched.file['dynamodbEndpoint']).toBeNull();
    await stop(untouched, 'SIGINT');
    expect((await listTables(given.DYNAMODB_ENDPOINT)).TableNames).not.toContain(given.MESSAGES_TABLE);
    const prepared = await start({ ...given, PREPARE: 'true', LOCAL_POSTGRES_PORT: String(await getPort()) });
    await stop(prepared, 'SIGINT');
    expect((await listTables(given.DYNAMODB_ENDPOINT)).TableNames).toContain(given.MESSAGES_TABLE);
  }, 120_000);

  it('names every malformed variable at once, without a stack trace', async () => {
    const { ended, output } = spawnStart({ PORT: 'x', PREPARE: 'yes', LOCAL_POSTGRES_PORT: '-1' });
    expect((await ended)[0]).toBe(1);
    expect(output()).toMatch(/PREPARE is malformed[^]*LOCAL_POSTGRES_PORT is malformed/);
    expect(output()).not.toContain('    at ');
  }, 30_000);

  it('of production embeds nothing, and names what is missing', async () => {
    const { ended, output } = spawnStart({ NODE_ENV: 'production' });
    expect((await ended)[0]).toBe(1);
    expect(output()).toMatch(/DATABASE_URL is missing[^]*AWS_REGION is missing/);
  }, 30_000);
});

describe('main.ts', () => {
  it('stops on SIGTERM with exit code 0', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: ROOT,
      env: environment({
        DYNAMODB_ENDPOINT: dynamodbEndpoint(),
        DATABASE_URL: databaseUrl(),
        COGNITO_USER_POOL_ID: 'us-east-1_AbCdEf123',
        COGNITO_CLIENT_ID: 'client',
      }),
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }, 30_000);
});

describe('npm run token', () => {
  it('says which handles there are', async () => {
    await expect(runScript('token', ['nobody'])).rejects.toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('londo, gkar'),
    });
    await expect(runScript('token')).rejects.toMatchObject({ stdout: '', stderr: expect.stringContaining('Usage') });
  });
});

describe('npm run reset', () => {
  it('takes away what the stack has made, and nothing else', async () => {
    await runScript('reset');
    expect(await readdir(dataDir)).toEqual([]);
  });
});
