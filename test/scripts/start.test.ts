import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { readTableConfig } from '../../src/config.ts';
import { post } from '../support/api.ts';
import { databaseUrl, dynamodbEndpoint } from '../support/environment.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { scriptsOn } from '../support/stack.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'stack-'));
const { environment, root, run, start, stop } = scriptsOn(dataDir);
afterAll(() => rm(dataDir, { recursive: true }));

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

    const { stdout: token } = await run('scripts/token.ts', ['@AndrewBrown']);
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

    expect(await run('scripts/reset.ts')).toMatchObject({ code: 1, stderr: expect.stringContaining('runs already') });
    expect(await run('scripts/start.ts')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`runs already on ${dataDir}`),
    });

    expect(await stop(first, 'SIGINT')).toBe(0);
    for (const part of ['graphqlUrl', 'dynamodbEndpoint', 'cognitoEndpoint'])
      expect(await isRefused(String(first.file[part]))).toBe(true);
    expect(await run('scripts/token.ts', ['bayko'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm start'),
    });

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
    const { code, stderr } = await run('scripts/start.ts', [], {
      PORT: 'x',
      PREPARE: 'yes',
      LOCAL_POSTGRES_PORT: '-1',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/ PORT is malformed[^]*PREPARE is malformed[^]*LOCAL_POSTGRES_PORT is malformed/);
    expect(stderr).not.toContain('    at ');
  }, 30_000);

  it('of production embeds nothing, and names what is missing', async () => {
    const { code, stderr } = await run('scripts/start.ts', [], { NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/DATABASE_URL is missing[^]*AWS_REGION is missing/);
  }, 30_000);
});

describe('main.ts', () => {
  it('stops on SIGTERM with exit code 0', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: root,
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
    expect(await run('scripts/token.ts', ['nobody'])).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('londo, gkar'),
    });
    expect(await run('scripts/token.ts')).toMatchObject({ stdout: '', stderr: expect.stringContaining('Usage') });
  });
});

describe('npm run reset', () => {
  it('takes away what the stack has made, and nothing else', async () => {
    await run('scripts/reset.ts');
    expect(await readdir(dataDir)).toEqual([]);
  });
});
