import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { post, register, SEND } from '../support/api.ts';
import { databaseUrl } from '../support/environment.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { environmentOf, findRedis, type Node, startApiNode, startRedis, startWorkerNode } from '../support/nodes.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

/** How long everything breaks: `CHAOS_SECONDS` for longer runs. */
const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 15);
const GROUPS = 4;
const CLIENTS = 20;
const LOSSES = 0.15;
const OVERLAP_MS = 5000;
const EVENTS = `subscription ($id: ID!, $after: String) {
  messageEvents(messageGroupId: $id, after: $after) { type cursor message { id createdAt } }
}`;

interface Member {
  handle: string;
  token: string;
}
interface Group {
  id: string;
  firstCursor: string;
  members: [Member, Member];
}
interface Received {
  id: string;
  createdAt: string;
}

const redisCommand = findRedis();
if (redisCommand === null) console.log('Redis: no server can be had here, the chaos test does not run');

let table: TestTable;
let issuer: Issuer;
let database: pg.Pool;
let dataDir: string;
let redis: Node;
let worker: Node;
let nodes: [Node, Node];
let proxies: TcpProxy[];

async function startAll(command: string): Promise<void> {
  [table, issuer, redis, dataDir] = await Promise.all([
    createTestTable(),
    startIssuer(),
    startRedis(command),
    mkdtemp(join(tmpdir(), 'cruddur-')),
  ]);
  database = new pg.Pool({ connectionString: databaseUrl(), max: 2 });
  const env = {
    ...environmentOf({ table: table.table, issuer, dataDir }),
    REDIS_URL: redis.url,
  };
  const [worker_, ...started] = await Promise.all([startWorkerNode(env), startApiNode(env), startApiNode(env)]);
  worker = worker_;
  nodes = started;
  proxies = await Promise.all(nodes.map(({ url }) => startTcpProxy(url, () => Math.random() < LOSSES)));
}

async function newMember(name: string): Promise<Member> {
  const person = { ...newPerson(name), sub: randomUUID() };
  await register(database, person);
  return { handle: person.handle, token: await issuer.accessToken({ sub: person.sub }) };
}

/** Sends until the server says that the message is stored; a retry goes to either node, with the same key. */
async function send({ token }: Member, to: object, body: string) {
  const input = { to, body, idempotencyKey: randomUUID() };
  for (;;) {
    const proxy = proxies[Math.floor(Math.random() * proxies.length)];
    const request = post(
      proxy?.url ?? '',
      { query: SEND, variables: { input } },
      {
        ...bearer(token),
        connection: 'close',
      },
    );
    const answer = await request.catch(() => null);
    if (answer?.data.sendMessage.message) return answer.data.sendMessage;
    await sleep(20);
  }
}

async function startGroup(): Promise<Group> {
  const members: [Member, Member] = [await newMember('ann'), await newMember('ben')];
  const { message } = await send(members[0], { handle: members[1].handle }, 'first');
  const id = message?.messageGroupId ?? '';
  const firstCursor = Buffer.from(`v1:${message?.createdAt ?? ''}`).toString('base64url');
  return { id, firstCursor, members };
}

/** A client that drops its socket again and again, and goes on after the last event that it got. */
async function listen(group: Group, member: Member, isOver: () => boolean): Promise<Received[]> {
  const received: Received[] = [];
  let after = group.firstCursor;
  while (!isOver()) {
    const node = nodes[Math.floor(Math.random() * nodes.length)];
    const client = connect(node?.url ?? '', bearer(member.token));
    const heard = subscribe(client, EVENTS, { id: group.id, after });
    await Promise.race([heard.ended, sleep(200 + Math.random() * 1500)]);
    // As a network does: without a word.
    client.terminate();
    for (const { data } of heard.answers) {
      const event = data?.messageEvents;
      if (!event) continue;
      after = event.cursor;
      if (event.message && event.type === 'CREATED') received.push(event.message);
    }
    await sleep(Math.random() * 200);
  }
  return received;
}

const whereRedisIs = redisCommand === null ? describe.skip : describe;

whereRedisIs('with nodes and Redis killed, answers lost and sockets cut', () => {
  beforeAll(() => startAll(redisCommand ?? ''), 60_000);
  afterAll(async () => {
    await Promise.all([...nodes, worker, redis].map((node) => node.kill()));
    await Promise.all([...proxies.map((proxy) => proxy.stop()), issuer.stop(), database.end(), table.drop()]);
    await rm(dataDir, { recursive: true });
  });

  it(
    'every client has every message of the table, once and in order',
    async () => {
      const groups = await Promise.all(Array.from({ length: GROUPS }, startGroup));
      let isWriting = true;
      let isOver = false;
      const writers = groups.flatMap(({ id, members }) =>
        members.map(async (member) => {
          for (let n = 0; isWriting; n++) {
            await send(member, { messageGroupId: id }, `message ${n}`);
            await sleep(Math.random() * 100);
          }
        }),
      );
      const clients = Array.from({ length: CLIENTS }, (_, n) => {
        const group = groups[n % GROUPS] as Group;
        const member = group.members[n % 2] as Member;
        return { group, received: listen(group, member, () => isOver) };
      });
      for (const broken of [redis, nodes[1], redis, nodes[0]]) {
        await sleep((SECONDS * 1000) / 5);
        await broken.kill();
        await sleep(500);
        await broken.restart();
      }
      isWriting = false;
      await Promise.all(writers);
      // Whoever lacks something still gets it while sockets are cut, at the latest when the table is read again.
      await sleep(8000);
      isOver = true;

      const rows = await table.rows('MSG#');
      expect(rows.length).toBeGreaterThan(GROUPS * SECONDS);
      for (const { group, received } of clients) {
        const got = await received;
        const stored = rows
          .filter(({ pk }) => pk === `MSG#${group.id}`)
          .sort((one, other) => (String(one['sk']) < String(other['sk']) ? -1 : 1));
        const ids = got.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const inOrder = [...got].sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1)).map(({ id }) => id);
        expect(inOrder).toEqual(stored.slice(1).map((row) => row['message_uuid']));
        expect(Math.max(...got.map(({ createdAt }, n) => lateBy(createdAt, got.slice(0, n))))).toBeLessThan(OVERLAP_MS);
      }
      expect(brokenInvariants(await table.rows())).toEqual([]);
    },
    120_000 + SECONDS * 1000,
  );
});

/** How long before the newest of those that came earlier a message was sent, in milliseconds. */
function lateBy(createdAt: string, earlier: Received[]): number {
  const newest = earlier.reduce(
    (latest, message) => (message.createdAt > latest ? message.createdAt : latest),
    createdAt,
  );
  return Date.parse(newest) - Date.parse(createdAt);
}
