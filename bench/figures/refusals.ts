import { once } from 'node:events';
import WebSocket from 'ws';
import { buildContenders } from '../build.ts';
import { type Contender, startContender } from '../contender.ts';
import { type Parts, startParts } from '../parts.ts';
import { workloadsOn } from '../workloads.ts';
import type { Figure } from './figure.ts';
import { percentile } from './timing.ts';

/** As many as a socket may send at once. */
const REQUESTS = 900;
const AT_ONCE = 10;
const ROUNDS = 5;
const MAX_SHARE = 0.1;
/** What kept a core busy when it was validated. */
const OVERSIZED = `{ ${'me { id } '.repeat(340)} }`;

/** What a request that is over its limit costs beside one that is served, over HTTP and over sockets. */
export async function measureRefusals(log: (line: string) => void): Promise<Figure[]> {
  await buildContenders();
  const parts = await startParts(log);
  const limited = { ...parts, environment: { ...parts.environment, RATE_LIMIT: '1' } };
  const [page] = workloadsOn(parts).filter(({ name }) => name === 'A, 20 messages');
  const served = page?.bodies()[0] ?? '';
  const oversized = JSON.stringify({ query: OVERSIZED });
  const asViewer = { authorization: `Bearer ${parts.token}` };
  const servers = await Promise.all([startContender('ours', parts), startContender('ours', limited)]);
  const [open, closed] = servers;
  try {
    const overHttp = await cpuOf(open, () => postAll(open, served, asViewer));
    const overSocket = await cpuOf(open, () => sendAll(open, parts, served));
    const figures: Figure[] = [
      { name: 'a page of 20 messages over HTTP: CPU', value: overHttp, unit: 'µs' },
      { name: 'a page of 20 messages over a socket: CPU', value: overSocket, unit: 'µs' },
    ];
    const add = (name: string, cpu: number, ofServed: number) => {
      figures.push({ name: `${name}: CPU`, value: cpu, unit: 'µs' });
      figures.push({ name: `${name}: share of a page`, value: cpu / ofServed, unit: '', atMost: MAX_SHARE });
    };
    const ofUser = await cpuOf(closed, () => postAll(closed, oversized, asViewer));
    add('over the limit of a user, over HTTP', ofUser, overHttp);
    const ofAddress = await cpuOf(closed, () => postAll(closed, oversized, { authorization: 'Bearer nonsense' }));
    add('over the limit of an address, over HTTP', ofAddress, overHttp);
    const ofSocket = await cpuOf(closed, () => sendAll(closed, parts, oversized));
    add('over the limit of a user, over a socket', ofSocket, overSocket);
    return figures;
  } finally {
    for (const server of servers) await server.stop();
    await parts.stop();
  }
}

/** Microseconds of the server for each request, the median of some rounds after others to warm up. */
async function cpuOf(server: Contender, send: () => Promise<void>): Promise<number> {
  for (let round = 0; round < ROUNDS; round++) await send();
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await server.cpuMicroseconds();
    await send();
    rounds.push(((await server.cpuMicroseconds()) - before) / REQUESTS);
  }
  return percentile(rounds, 0.5);
}

async function postAll({ url }: Contender, body: string, given: Record<string, string>): Promise<void> {
  const headers = { 'content-type': 'application/json', ...given };
  let left = REQUESTS;
  const client = async () => {
    while (left-- > 0) await (await fetch(url, { method: 'POST', headers, body })).text();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

/** Sends them over one socket, a few at once, and resolves when all are answered. */
async function sendAll({ url }: Contender, { token }: Parts, body: string): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  let [sent, answered] = [0, 0];
  const send = () => {
    if (sent < REQUESTS) socket.send(`{"type":"subscribe","id":"${sent++}","payload":${body}}`);
  };
  await new Promise<void>((resolve, reject) => {
    socket.on('close', reject);
    socket.on('message', (data: Buffer) => {
      if (!/"type":"(?:complete|error)"/.test(data.toString())) return;
      send();
      if (++answered === REQUESTS) resolve();
    });
    for (let n = 0; n < AT_ONCE; n++) send();
  });
  socket.removeAllListeners('close').terminate();
}
