import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoUsers } from '../../scripts/local/demo.ts';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { readTableConfig } from '../../src/config.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { scriptsOn, type Stack } from '../support/stack.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'cruddur-'));
const { run, start, stop } = scriptsOn(dataDir);
let stack: Stack;
beforeAll(async () => {
  stack = await start();
}, 60_000);
afterAll(async () => {
  await stop(stack, 'SIGINT');
  await rm(dataDir, { recursive: true });
});

const cruddur = (line: string, more?: Record<string, string>) => run('scripts/cruddur.ts', line.split(' '), more);
const jsonLines = ({ stdout }: { stdout: string }) =>
  stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('cruddur', () => {
  it('explains itself at every level, and says with code 2 that it did not understand', async () => {
    expect(await cruddur('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes') });
    expect(await cruddur('ddb patterns --help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('list-conversations'),
    });
    expect(await cruddur('ddb nonsense')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown command'),
    });
    expect(await cruddur('ddb scan --limit none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('number from 1'),
    });
    expect(await cruddur('ddb scan --target staging')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('local, prod'),
    });
  }, 60_000);

  it('says first what it will touch, and needs a stack or an endpoint', async () => {
    const { stderr } = await cruddur('ddb list-tables');
    expect(stderr).toContain(`table cruddur-messages at ${String(stack.file['dynamodbEndpoint'])}, region us-east-1`);
    const elsewhere = { DATA_DIR: join(dataDir, 'elsewhere') };
    expect(await cruddur('ddb list-tables', elsewhere)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm start'),
    });
    expect(await cruddur('ddb list-tables', { DYNAMODB_ENDPOINT: 'aws', AWS_REGION: 'us-east-1' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--target prod'),
    });
  }, 60_000);
});

describe('cruddur where something is missing', () => {
  it('says so without a stack trace', async () => {
    const nobody = { DYNAMODB_ENDPOINT: 'http://127.0.0.1:9', DATABASE_URL: 'postgres://postgres@127.0.0.1:9/x' };
    for (const line of ['ddb list-tables', 'db sessions']) {
      const { code, stderr } = await cruddur(line, nobody);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('cannot be reached') });
      expect(stderr).not.toContain('    at ');
    }
    expect(await cruddur('ddb scan', { MESSAGES_TABLE: 'not-there' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('schema-load'),
    });
    expect(await cruddur('db drop')).toMatchObject({ code: 1, stderr: expect.stringContaining('npm run reset') });
  }, 60_000);
});

describe('cruddur ddb', () => {
  const table = (name: string) => ({ MESSAGES_TABLE: name });

  it('schema-load makes a table once, and drop deletes it', async () => {
    const name = `made-${randomUUID()}`;
    expect(await cruddur('ddb schema-load', table(name))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('was made'),
    });
    expect(await cruddur('ddb schema-load', table(name))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('as it has to be'),
    });
    expect(jsonLines(await cruddur('ddb list-tables --json'))).toContainEqual({ table: name });
    expect(await cruddur('ddb drop', table(name))).toMatchObject({ code: 0 });
    expect(await cruddur('ddb drop', table(name))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no table'),
    });
  }, 60_000);

  it('schema-load says field by field how a table differs, and --fix mends it', async () => {
    const name = `bare-${randomUUID()}`;
    const client = createDynamoDbClient(readTableConfig({ DYNAMODB_ENDPOINT: stack.file['dynamodbEndpoint'] }));
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    client.destroy();
    const found = await cruddur('ddb schema-load --json', table(name));
    expect(found.code).toBe(1);
    expect(jsonLines(found).map(({ field }) => field)).toEqual(['index message-group-sk-index', 'stream', 'TTL']);
    expect(await cruddur('ddb schema-load --fix', table(name))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('3 of 3'),
    });
    expect(await cruddur('ddb schema-load', table(name))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('as it has to be'),
    });
  }, 60_000);

  it('seed puts demo messages between two users once, and names a handle that Postgres does not know', async () => {
    expect(await cruddur('ddb seed @bayko LONDO')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('are there'),
    });
    expect(await cruddur('ddb seed bayko londo')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing was changed'),
    });
    expect(await cruddur('ddb seed bayko nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no user nobody'),
    });
    expect(brokenInvariants(jsonLines(await cruddur('ddb scan --json')))).toEqual([]);
  }, 60_000);

  it('scan streams rows, all or those of a prefix, as many as are wanted', async () => {
    expect(jsonLines(await cruddur('ddb scan --json --prefix DM#')).every(({ sk }) => sk === 'DM')).toBe(true);
    expect(jsonLines(await cruddur('ddb scan --json --limit 5'))).toHaveLength(5);
    expect((await cruddur('ddb scan --limit 5')).stdout.trim().split('\n')).toHaveLength(5);
  }, 60_000);

  it('patterns show messages and groups, newest first, with what they consumed', async () => {
    const groups = await cruddur('ddb patterns list-conversations andrewbrown --json');
    expect(jsonLines(groups).map((row) => row['with'])).toEqual(['bayko', 'londo']);
    expect(groups.stderr).toMatch(/consumed [\d.]+ read units/);
    const group = String(jsonLines(groups)[1]?.['group']);
    const messages = jsonLines(await cruddur(`ddb patterns get-conversation ${group} --limit 2 --json`));
    expect(messages.map(({ sender }) => sender)).toEqual(['londo', 'andrewbrown']);
  }, 60_000);

  it('verify names what is broken with exit code 1, repairs it, and adopt finds nothing left to do', async () => {
    const dynamo = createDocumentClient(
      createDynamoDbClient(readTableConfig({ DYNAMODB_ENDPOINT: stack.file['dynamodbEndpoint'] })),
    );
    const [row] = jsonLines(await cruddur('ddb scan --json --prefix GRP# --limit 1'));
    await dynamo.send(new DeleteCommand({ TableName: 'cruddur-messages', Key: { pk: row?.['pk'], sk: row?.['sk'] } }));
    const broken = await cruddur('ddb verify');
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('1 broken invariants are left') });
    expect(broken.stdout).toContain(`${String(row?.['pk'])}: 0 rows for group ${String(row?.['message_group_uuid'])}`);
    expect(await cruddur('ddb verify --repair')).toMatchObject({ code: 0 });
    expect(await cruddur('ddb verify')).toMatchObject({ code: 0 });
    const adopted = jsonLines(await cruddur('ddb adopt --json --naive-timezone America/New_York --max-wcu 1000'));
    expect(adopted).toEqual([expect.objectContaining({ sortKeysNormalised: 0, groupsMended: 0, left: 0 })]);
    expect(await cruddur('ddb adopt --naive-timezone Mars/Olympus')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('time zone'),
    });
  }, 60_000);

  it('changes nothing in production that is not confirmed', async () => {
    const production = { DYNAMODB_ENDPOINT: String(stack.file['dynamodbEndpoint']) };
    expect(await cruddur('ddb drop --target prod', production)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--yes'),
    });
    expect(await cruddur('ddb scan --limit 1 --json --target prod', production)).toMatchObject({ code: 0 });
  }, 60_000);
});

describe('cruddur db and cognito', () => {
  it('list-users shows handle, sub and status of every user of the pool', async () => {
    const users = jsonLines(await cruddur('cognito list-users --json'));
    expect(users.map(({ handle }) => handle).sort()).toEqual(Object.keys(demoUsers).sort());
    expect(users).toContainEqual({ handle: 'bayko', sub: expect.any(String), status: 'CONFIRMED' });
  }, 60_000);

  it('migrate, seed and sessions work on the embedded Postgres, and a second run changes nothing', async () => {
    expect(await cruddur('db migrate')).toMatchObject({ code: 0, stdout: 'Nothing to migrate.\n' });
    expect(await cruddur('db seed')).toMatchObject({ code: 0 });
    expect(await cruddur('db sessions --json')).toMatchObject({ code: 0 });
    expect(await cruddur('db update-cognito-user-ids')).toMatchObject({ code: 0, stdout: 'none\n' });
  }, 60_000);
});

const server = process.env['TEST_DATABASE_URL'];
(server === undefined ? describe.skip : describe)('cruddur db on a real Postgres server', () => {
  const url = new URL(server ?? 'postgres://nobody');
  url.pathname = `/cruddur_cli_${randomUUID().replaceAll('-', '')}`;
  const database = { DATABASE_URL: url.href };

  it('setup makes, migrates, fills and links a database; drop deletes it', async () => {
    const { code, stdout } = await cruddur('db setup --json', database);
    expect(code).toBe(0);
    expect(stdout).toContain('created');
    expect(stdout).toContain('Applied 0001_users');
    expect(stdout).toContain('{"handle":"andrewbrown","outcome":"linked"}');
    expect((await cruddur('db setup', database)).stdout).toContain('Nothing to migrate');
    expect(await cruddur('db drop', database)).toMatchObject({ code: 0, stdout: expect.stringContaining('dropped') });
    expect(await cruddur('db drop', database)).toMatchObject({ code: 0, stdout: expect.stringContaining('not there') });
  }, 60_000);
});
