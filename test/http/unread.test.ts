import { connect, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createUnsent } from '../../src/http/unsent.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';

const LARGE_ANSWERS = 30;
const TEXTS = 20;
const TEXT_BYTES = 50_000;

let api: TestApi;
let ann: Person;
let largeRequest: string;
beforeAll(async () => {
  api = await startTestApi();
  ann = await api.person('ann');
  const ben = await api.person('ben');
  const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
  const id = data.sendMessage.messageGroup?.id ?? '';
  const [row] = await api.table.rows(`MSG#${id}`);
  await api.table.load(
    Array.from({ length: TEXTS }, (_, n) => ({
      ...row,
      sk: timestampOf((Date.UTC(2026, 0, 1) + n) * 1000),
      message_uuid: crypto.randomUUID(),
      message: 'x'.repeat(TEXT_BYTES),
    })),
  );
  largeRequest = requestOf(`{ messages(messageGroupId: "${id}", first: ${TEXTS}) { nodes { body } } }`);
});
afterAll(() => api.stop());

function requestOf(query: string): string {
  const body = JSON.stringify({ query });
  const headers = [
    'host: localhost',
    'content-type: application/json',
    `authorization: Bearer ${ann.token}`,
    `content-length: ${body.length}`,
  ];
  return `POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}

function open(): Socket {
  const { hostname, port } = new URL(api.url);
  return connect(Number(port), hostname);
}

/** How often each status is among so many answers that come over a connection. */
async function statusesOf(socket: Socket, answers: number): Promise<Record<string, number>> {
  let text = '';
  const counted: Record<string, number> = {};
  for await (const chunk of socket) {
    text += String(chunk);
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)];
    if (statuses.length < answers) continue;
    for (const [, status = ''] of statuses) counted[status] = (counted[status] ?? 0) + 1;
    break;
  }
  return counted;
}

describe('answers that a client does not read', () => {
  it('are refused beyond four megabytes on a connection, and those before them arrive', async () => {
    const socket = open();
    socket.pause();
    socket.write(largeRequest.repeat(LARGE_ANSWERS));
    await sleep(3000);
    const { 200: served = 0, 429: refused = 0, ...others } = await statusesOf(socket, LARGE_ANSWERS);
    expect(served).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(others).toEqual({});
  });

  it('end the connection after ten seconds in which it accepts nothing', async () => {
    const socket = open().on('error', () => undefined);
    socket.pause();
    socket.write(largeRequest.repeat(LARGE_ANSWERS));
    // The kernel refuses what is sent over a connection that was closed.
    while (!socket.destroyed) {
      await sleep(500);
      socket.write('\r\n');
    }
  }, 30_000);

  it('are no reason to close a connection that accepts them slowly', async () => {
    const socket = open();
    socket.write(largeRequest.repeat(LARGE_ANSWERS));
    const until = Date.now() + 18_000;
    let bytes = 0;
    for await (const chunk of socket) {
      bytes += (chunk as Buffer).length;
      if (Date.now() > until) break;
      await sleep(1000);
    }
    expect(Date.now()).toBeGreaterThan(until);
    expect(bytes).toBeLessThan(TEXTS * TEXT_BYTES * 2);
  }, 40_000);
});

it('a connection with 32 open requests has further ones refused', async () => {
  const socket = open();
  socket.write(requestOf('{ me { id } }').repeat(50));
  expect(await statusesOf(socket, 50)).toEqual({ 200: 32, 429: 18 });
});

describe('the bytes that wait', () => {
  const limits = { maxPerConnection: 40, maxPerOwner: 100, maxOfAll: 150 };
  const newConnection = () => new Socket();

  it('have a ceiling for a connection, and for a user over all connections', () => {
    const unsent = createUnsent(limits);
    const [one, two, three, four] = [newConnection(), newConnection(), newConnection(), newConnection()];
    const release = unsent.hold(one, 'ann', 40);
    expect(unsent.hasRoom(one, 'ann', 1)).toBe(false);
    expect(unsent.hasRoom(two, 'ann', 40)).toBe(true);
    unsent.hold(two, 'ann', 40);
    expect(unsent.hasRoom(three, 'ann', 21)).toBe(false);
    expect(unsent.hasRoom(four, 'ben', 21)).toBe(true);
    release();
    release();
    expect(unsent.hasRoom(three, 'ann', 40)).toBe(true);
    expect(unsent.hasRoom(one, 'ann', 40)).toBe(true);
  });

  it('have a ceiling for the process, beyond which the connection is closed that most wait for', () => {
    const unsent = createUnsent(limits);
    const connections = [30, 40, 20, 35].map((bytes, n) => {
      const connection = newConnection();
      unsent.hold(connection, `user ${n}`, bytes);
      return connection;
    });
    expect(connections.some(({ destroyed }) => destroyed)).toBe(false);
    unsent.hold(newConnection(), 'another', 30);
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([false, true, false, false]);
  });
});
