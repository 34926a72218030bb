import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readConfig } from '../../src/config.ts';
import type { Mutation, Query } from '../../src/generated/graphql.ts';
import { createLocalFeed, type Feed } from '../../src/live/feed.ts';
import type { Participant } from '../../src/messages/rows.ts';
import { type ServiceOptions, startService } from '../../src/service.ts';
import { startWorker } from '../../src/stream/service.ts';
import { databaseUrl as testDatabase, dynamodbEndpoint } from './environment.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { createTestTable, newPerson, type TestTable } from './table.ts';

export interface GraphQLAnswer {
  status: number;
  headers: Headers;
  /** The fields that the operation selects, null or undefined where it failed. */
  data: Query & Mutation;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  extensions?: { cost: CostAnswer };
}

/** What the header `x-cost: 1` asks for. */
export interface CostAnswer {
  requested?: number;
  atMost?: { dynamodbCalls: number; sqlStatements: number; items: number; bytes: number };
  limit: number;
  /** Of queries that found what they asked for. */
  spent?: { dynamodbCalls: number; readUnits: number; writeUnits: number; sqlStatements: number };
}

export interface Person extends Participant {
  sub: string;
  token: string;
  /** Runs an operation as this person. */
  run(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
}

/** The real server on a free port, with a table of its own. */
export interface TestApi {
  url: string;
  metricsPort: number | undefined;
  issuer: Issuer;
  table: TestTable;
  database: pg.Pool;
  /** What the server and the stream worker share, where `live` is set. */
  feed: Feed | null;
  /** A person who is registered in Postgres and holds a valid token. */
  person(name: string): Promise<Person>;
  run(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<GraphQLAnswer>;
  /** As on SIGTERM. */
  stopService(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestApiOptions {
  /** What stands in front of the emulator or of Postgres, for tests of faults. */
  dynamodbEndpoint?: string;
  databaseUrl?: string;
  /** The database that people are registered in, where it is not that of the tests. */
  registryUrl?: string;
  env?: Record<string, string>;
  /** As in production, the issuer aside: in production it must be on https. */
  production?: boolean;
  service?: ServiceOptions;
  /** Runs the stream worker too, on a feed that it shares with the server. */
  live?: boolean;
}

export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const [issuer, table] = await Promise.all([startIssuer(), createTestTable()]);
  const live = options.live === true ? await startLive(table) : null;
  const production = { NODE_ENV: 'production', COGNITO_ISSUER: 'https://cognito.example.com/pool' };
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    LOG_LEVEL: 'silent',
    DYNAMODB_ENDPOINT: options.dynamodbEndpoint ?? dynamodbEndpoint(),
    DATABASE_URL: options.databaseUrl ?? testDatabase(),
    MESSAGES_TABLE: table.table,
    COGNITO_USER_POOL_ID: 'test_pool',
    COGNITO_CLIENT_ID: issuer.clientId,
    COGNITO_ISSUER: issuer.url,
    ...(options.production === true && production),
    ...options.env,
  });
  const cognito = { ...config.cognito, issuer: issuer.url, jwksUri: `${issuer.url}/.well-known/jwks.json` };
  const service = await startService(options.production === true ? { ...config, cognito } : config, {
    ...options.service,
    ...(live && { feed: live.feed }),
  });
  const database = new pg.Pool({ connectionString: options.registryUrl ?? testDatabase(), max: 2 });
  let stopped: Promise<void> | undefined;
  const stopService = () => (stopped ??= service.stop());
  const run: TestApi['run'] = (query, variables = {}, headers = {}) => post(service.url, { query, variables }, headers);
  return {
    url: service.url,
    metricsPort: service.metricsPort,
    issuer,
    table,
    database,
    feed: live?.feed ?? null,
    run,
    async person(name) {
      const person = { ...newPerson(name), sub: randomUUID() };
      await register(database, person);
      const token = await issuer.accessToken({ sub: person.sub });
      const authorization = { authorization: `Bearer ${token}` };
      return { ...person, token, run: (query, variables) => run(query, variables, authorization) };
    },
    stopService,
    async stop() {
      await stopService();
      await live?.stop();
      await Promise.all([issuer.stop(), database.end(), table.drop()]);
    },
  };
}

async function startLive({ config }: TestTable) {
  const feed = createLocalFeed();
  const dataDir = await mkdtemp(join(tmpdir(), 'cruddur-'));
  const worker = startWorker({ ...config, dataDir, logLevel: 'silent' }, { feed });
  return {
    feed,
    async stop() {
      await worker.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

export async function register(
  database: pg.Pool | pg.Client,
  { id, handle, displayName, sub }: Participant & { sub: string },
) {
  await database.query(
    'insert into public.users (uuid, handle, display_name, email, cognito_user_id) values ($1, $2, $3, $4, $5)',
    [id, handle, displayName, `${handle}@example.com`, sub],
  );
}

/** Sends a body as it is; an object as JSON. */
export async function post(
  url: string,
  body: object | string,
  headers: Record<string, string>,
): Promise<GraphQLAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as Pick<GraphQLAnswer, 'data' | 'errors' | 'extensions'>;
  return { ...answer, status: response.status, headers: response.headers };
}

export const SEND = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id messageGroupId body createdAt sender { id handle displayName } }
    messageGroup { id otherUser { id handle displayName } lastMessageAt lastMessage { id body } }
    isNewMessageGroup
    replayed
    userErrors { code message field }
  }
}`;
