import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { buildContenders } from '../build.ts';
import { startContender } from '../contender.ts';
import { type Parts, startParts } from '../parts.ts';
import type { Workload } from '../workloads.ts';
import type { Figure } from './figure.ts';
import { percentile } from './timing.ts';

const GROUPS = 1000;
const IDLE = 5000;
const MOST_IDLE_MEGABYTES = 512;
const MESSAGES_A_SECOND = 50;
const SECONDS = 10;
/** Longer than a subscriber waits before it reads the table again. */
const IDLE_MS = 40_000;
const AT_ONCE = 50;

/** From sending a message to its event, with a subscriber for each of a thousand groups; and what idle ones take. */
export async function measureSubscriptions(log: (line: string) => void): Promise<Figure[]> {
  await buildContenders();
  const parts = await startParts(log);
  const server = await startContender('live', parts);
  try {
    const send = (to: string, body: string) => server.ask(sendTo(to, body));
    const groupIds: string[] = [];
    await atOnce(GROUPS, async () => {
      const answer = await send(`handle: "${parts.nextStranger()}"`, 'Hello');
      groupIds.push(/"messageGroupId":"([^"]+)"/.exec(answer)?.[1] ?? '');
    });
    const lags: number[] = [];
    const sockets: WebSocket[] = [];
    await atOnce(GROUPS, async (n) => {
      sockets.push(await subscribe(server.url, parts, groupIds[n] ?? '', (lag) => lags.push(lag)));
    });
    for (let n = 0; n < MESSAGES_A_SECOND * SECONDS; n++) {
      void send(`messageGroupId: "${groupIds[(n * 7) % GROUPS] ?? ''}"`, `Message ${n}`);
      await sleep(1000 / MESSAGES_A_SECOND);
    }
    await sleep(2000);
    log(`${lags.length} of ${MESSAGES_A_SECOND * SECONDS} events came; ${IDLE} subscribers are connecting`);
    await atOnce(IDLE - GROUPS, async (n) => {
      sockets.push(await subscribe(server.url, parts, groupIds[n % GROUPS] ?? '', () => undefined));
    });
    await sleep(IDLE_MS);
    const megabytes = await server.megabytes();
    for (const socket of sockets) socket.terminate();
    return [
      ...[0.5, 0.99].map((share) => ({
        name: `from sending to the event, ${GROUPS} subscribers on one node, ${MESSAGES_A_SECOND} messages a second, p${share * 100}`,
        value: percentile(lags, share),
        unit: 'ms',
      })),
      {
        name: `memory of a node with ${IDLE} idle subscribers`,
        value: megabytes,
        unit: 'MB',
        atMost: MOST_IDLE_MEGABYTES,
      },
    ];
  } finally {
    await server.stop();
    await parts.stop();
  }
}

function sendTo(to: string, body: string): Workload {
  const query = `mutation { sendMessage(input: { to: { ${to} }, body: "${body}" }) { message { messageGroupId } } }`;
  return { name: 'send', bare: false, reads: false, bodies: () => [JSON.stringify({ query })] };
}

/** A subscriber of a group: from when it has begun it hears of each new message, with how long ago it was sent. */
async function subscribe(url: string, { token }: Parts, groupId: string, onLag: (ms: number) => void) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  const query = 'subscription ($id: ID!) { messageEvents(messageGroupId: $id) { type message { createdAt } } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id: groupId } } }));
  socket.on('message', (data: Buffer) => {
    const createdAt = /"createdAt":"([^"]+)"/.exec(data.toString())?.[1];
    if (createdAt !== undefined) onLag(Date.now() - Date.parse(createdAt));
  });
  return socket;
}

/** Does something so many times, some at once. */
async function atOnce(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await work(next++);
    }),
  );
}
