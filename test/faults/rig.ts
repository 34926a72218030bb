import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { register, SEND } from '../support/api.ts';
import { databaseUrl, dynamodbEndpoint } from '../support/environment.ts';
import { startIssuer } from '../support/issuer.ts';
import { environmentOf, type Node, startApiNode, startWorkerNode } from '../support/nodes.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from '../support/proxy.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

/** Somebody who is registered, and signed in. */
export interface Member {
  id: string;
  handle: string;
  token: string;
}

export interface GraphQLAnswer {
  status: number;
  data?: Record<string, never> | null;
  errors?: { extensions?: { code?: string } }[];
}

/** An API node in a process of its own, and a proxy in front of each part that it calls. */
export interface Rig {
  table: TestTable;
  node: Node;
  env: Record<string, string>;
  dynamodb: DynamoDbProxy;
  /** In front of all that goes to DynamoDB, the proxy above included. */
  dynamodbTcp: TcpProxy;
  postgres: TcpProxy;
  jwks: TcpProxy;
  redis: TcpProxy | null;
  database: pg.Pool;
  rotateKeys(): Promise<void>;
  member(name: string): Promise<Member>;
  run(member: Member, query: string, variables?: object): Promise<GraphQLAnswer>;
  stop(): Promise<void>;
}

const ANSWER_TIMEOUT_MS = 30_000;

export interface RigOptions {
  redisUrl?: string;
  env?: Record<string, string>;
  /** Runs the stream worker too, which reaches everything without a proxy but Redis. */
  worker?: boolean;
}

export async function startRig({
  redisUrl,
  env: more = {},
  worker: withWorker = false,
}: RigOptions = {}): Promise<Rig> {
  const [table, issuer, dataDir] = await Promise.all([
    createTestTable(),
    startIssuer(),
    mkdtemp(join(tmpdir(), 'cruddur-')),
  ]);
  const dynamodb = await startDynamoDbProxy(dynamodbEndpoint());
  const [dynamodbTcp, postgres, jwks, redis] = await Promise.all([
    startTcpProxy(dynamodb.url),
    startTcpProxy(databaseUrl()),
    startTcpProxy(issuer.url),
    redisUrl === undefined ? null : startTcpProxy(redisUrl),
  ]);
  const direct = {
    ...environmentOf({ table: table.table, issuer, dataDir }),
    COGNITO_ISSUER: jwks.url,
    ...(redis && { REDIS_URL: redis.url }),
    ...more,
  };
  const env = { ...direct, DYNAMODB_ENDPOINT: dynamodbTcp.url, DATABASE_URL: postgres.url };
  const [node, worker] = await Promise.all([
    startApiNode(env),
    withWorker ? startWorkerNode({ ...direct, METRICS_PORT: '' }) : null,
  ]);
  const database = new pg.Pool({ connectionString: databaseUrl(), max: 2 });
  return {
    table,
    node,
    env,
    dynamodb,
    dynamodbTcp,
    postgres,
    jwks,
    redis,
    database,
    rotateKeys: () => issuer.rotate(),
    async member(name) {
      const person = { ...newPerson(name), sub: randomUUID() };
      await register(database, person);
      return { ...person, token: await issuer.accessToken({ sub: person.sub, iss: jwks.url }) };
    },
    run: (member, query, variables = {}) => run(node.url, member, query, variables),
    async stop() {
      await Promise.all([node.kill(), worker?.kill()]);
      for (const proxy of [dynamodbTcp, postgres, jwks, redis]) await proxy?.stop();
      await Promise.all([
        dynamodb.stop(),
        issuer.stop(),
        database.end(),
        table.drop(),
        rm(dataDir, { recursive: true }),
      ]);
    },
  };
}

export async function run(url: string, member: Member, query: string, variables: object): Promise<GraphQLAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${member.token}`, connection: 'close' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  return { ...((await response.json()) as object), status: response.status };
}

/** A message that was tried, by the key that makes it one. */
export interface Tried {
  sender: Member;
  input: { to: object; body: string; idempotencyKey: string };
}

export function newTry(sender: Member, to: object): Tried {
  return { sender, input: { to, body: `message ${randomUUID()}`, idempotencyKey: randomUUID() } };
}

/** The code of what went wrong, or null where the message is stored. */
export async function trySend(rig: Pick<Rig, 'run'>, { sender, input }: Tried): Promise<string | null> {
  const answer = await rig.run(sender, SEND, { input });
  return codeOf(answer);
}

export function codeOf({ errors }: GraphQLAnswer): string | null {
  return errors ? (errors[0]?.extensions?.code ?? 'an error without a code') : null;
}
