import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../scripts/db/migrate.ts';
import { startDynamoDb } from '../scripts/local/dynamodb.ts';
import { startPostgres } from '../scripts/local/postgres.ts';
import { createDocumentClient, createDynamoDbClient } from '../src/clients.ts';
import { readTableConfig } from '../src/config.ts';
import { createMessages } from '../src/messages/messages.ts';
import { ensureTable } from '../src/messages/table.ts';
import { startIssuer } from '../test/support/issuer.ts';
import { createScratchDatabase } from '../test/support/scratchDatabase.ts';
import type { Given } from './contenders/serve.ts';

const GROUPS = 20;
const STRANGERS = 2500;
const MESSAGES = 150;

/** What all contenders work on: one table, one Postgres, the same rows. */
export interface Parts {
  given: Given;
  token: string;
  groupId: string;
  /** The handle of a user whom the viewer has never written to, another with every call. */
  nextStranger: () => string;
  /** The environment of the contender that is this project. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts the emulator, Postgres unless `BENCH_DATABASE_URL` names one, and fills both. */
export async function startParts(log: (line: string) => void): Promise<Parts> {
  const [dynamodb, issuer] = await Promise.all([startDynamoDb({ port: 0 }), startIssuer()]);
  const postgres = await startDatabase(log);
  const databaseUrl = postgres.url;
  await migrate(databaseUrl);
  const table = `bench-${randomUUID()}`;
  const config = readTableConfig({ DYNAMODB_ENDPOINT: dynamodb.url, MESSAGES_TABLE: table });
  const client = createDynamoDbClient(config);
  await ensureTable(client, table);
  const users = await registerUsers(databaseUrl, GROUPS + 1);
  const groupId = await fill(createMessages({ dynamo: createDocumentClient(client), table }), users);
  client.destroy();
  const strangers = await registerStrangers(databaseUrl, STRANGERS);
  const [viewer] = users;
  const token = await issuer.accessToken({ sub: viewer?.sub ?? '', expiresIn: 36_000 });
  return {
    given: { dynamodbEndpoint: dynamodb.url, databaseUrl, table, viewerId: viewer?.id ?? '' },
    token,
    groupId,
    nextStranger() {
      const handle = strangers.pop();
      if (handle === undefined) throw new Error(`There are no more than ${STRANGERS} strangers`);
      return handle;
    },
    environment: {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: '0',
      DYNAMODB_ENDPOINT: dynamodb.url,
      MESSAGES_TABLE: table,
      DATABASE_URL: databaseUrl,
      COGNITO_USER_POOL_ID: 'test_pool',
      COGNITO_CLIENT_ID: issuer.clientId,
      COGNITO_ISSUER: issuer.url,
    },
    async stop() {
      await Promise.all([dynamodb.stop(), issuer.stop(), postgres.stop()]);
    },
  };
}

async function startDatabase(log: (line: string) => void): Promise<{ url: string; stop(): Promise<void> }> {
  const server = process.env['BENCH_DATABASE_URL'];
  log(`Postgres: ${server === undefined ? 'embedded' : 'a scratch database on the server of BENCH_DATABASE_URL'}`);
  if (server === undefined) return startPostgres({ port: 0 });
  const database = await createScratchDatabase(server);
  return { url: database.url, stop: () => database.drop() };
}

type BenchUser = { id: string; handle: string; displayName: string; sub: string };

async function registerUsers(databaseUrl: string, count: number): Promise<BenchUser[]> {
  const users = Array.from({ length: count }, (_, index) => {
    const id = randomUUID();
    return { id, handle: `bench-${id.slice(0, 8)}`, displayName: `Person ${index}`, sub: randomUUID() };
  });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const { id, handle, displayName, sub } of users) {
    await client.query(
      'insert into public.users (uuid, handle, display_name, email, cognito_user_id) values ($1, $2, $3, $4, $5)',
      [id, handle, displayName, `${handle}@example.com`, sub],
    );
  }
  await client.end();
  return users;
}

/** Registers users who have no groups; their handles. */
async function registerStrangers(databaseUrl: string, count: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ handle: string }>(
    `insert into public.users (uuid, handle, display_name, email, cognito_user_id)
     select gen_random_uuid(), 'stranger-' || n, 'Stranger ' || n, n || '@example.com', 'stranger-' || n
     from generate_series(1, $1) as n returning handle`,
    [count],
  );
  await client.end();
  return rows.map(({ handle }) => handle);
}

/** Gives the first user a group with each other one, and the last of these groups its messages; returns that group. */
async function fill(messages: ReturnType<typeof createMessages>, [viewer, ...others]: BenchUser[]): Promise<string> {
  if (!viewer) throw new Error('There is no viewer');
  let groupId = '';
  for (const other of others) {
    const sent = await messages.sendToUser(viewer, other, 'Hello! Are you at your desk?');
    if (sent.outcome !== 'sent') throw new Error(sent.outcome);
    groupId = sent.message.groupId;
  }
  for (let n = 0; n < MESSAGES; n++) {
    await messages.sendToGroup(viewer, groupId, `Message ${n}: I finally got the feed to load in under a second.`);
  }
  return groupId;
}
