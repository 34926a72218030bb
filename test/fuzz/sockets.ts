import { frameOf, framesOf, pieces } from './frames.ts';
import { operationOf } from './http.ts';
import { mutate, type Random } from './random.ts';

const IDS = ['1', '1', '2', '', '__proto__', 'constructor', 'x'.repeat(200), '💥'.repeat(60)];
const DEEP = `${'['.repeat(5000)}${']'.repeat(5000)}`;

/** A handshake: as it should be, or with something wrong in it. */
export function handshakeOf(random: Random, isValid: boolean): Buffer {
  const { oneOf } = random;
  const valid = {
    line: 'GET /graphql HTTP/1.1',
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'graphql-transport-ws',
  };
  const faults = [
    { line: oneOf(['GET /nope HTTP/1.1', 'POST /graphql HTTP/1.1', 'GET /% HTTP/1.1', 'GET /health/live HTTP/1.1']) },
    { 'Sec-WebSocket-Key': oneOf(['', 'x', 'dGhlIHNhbXBsZSBub25jZQ==x']) },
    { 'Sec-WebSocket-Version': oneOf(['', '0', '14', 'x']) },
    { 'Sec-WebSocket-Protocol': oneOf(['graphql-ws', 'a, a', ' ', ',', 'x'.repeat(5000)]) },
    { 'Sec-WebSocket-Extensions': oneOf(['permessage-deflate', 'permessage-deflate; x=', ';;']) },
    { Upgrade: oneOf(['h2c', 'x', '']), Connection: oneOf(['Upgrade', 'keep-alive, upgrade']) },
    { Host: oneOf(['evil.example', '']) },
    { 'Content-Length': '1000' },
    { 'Transfer-Encoding': 'chunked' },
  ];
  const { line, ...headers } = { ...valid, ...(isValid ? {} : oneOf<Partial<typeof valid>>(faults)) };
  const text = [line, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '\r\n'].join('\r\n');
  return Buffer.from(text);
}

/** A message of graphql-transport-ws, which may be malformed, misplaced, or only for servers to send. */
function messageOf(random: Random, token: string): string {
  const { oneOf, chance } = random;
  const id = oneOf(IDS);
  if (chance(60)) {
    const payload = chance(30) ? { query: 'subscription { inboxEvents { cursor } }' } : operationOf(random);
    return JSON.stringify(chance(80) ? { type: 'subscribe', id, payload } : { type: 'complete', id });
  }
  if (chance(10))
    return oneOf(['', '{', 'null', '1', '[]', DEEP, `{"type":"ping","payload":${DEEP}}`, '\u0000', '"x"']);
  return JSON.stringify(
    oneOf<unknown>([
      { type: 'connection_init', payload: { authorization: oneOf<unknown>([`Bearer ${token}`, 'Bearer x', 1, null]) } },
      { type: 'connection_init' },
      {
        type: 'subscribe',
        id,
        payload: oneOf<unknown>([null, {}, { query: 1 }, { query: '{ me { id } }', extensions: 1 }]),
      },
      { type: oneOf(['next', 'error', 'connection_ack']), id, payload: oneOf<unknown>([[{ message: 'x' }], {}]) },
      { type: oneOf(['ping', 'pong']), payload: oneOf<unknown>([null, {}, { x: 'x'.repeat(30_000) }]) },
      { type: oneOf(['ping', 'pong']) },
      { type: oneOf<unknown>(['nope', 1, null, {}]), id },
    ]),
  );
}

/** Stands for a wait until the server has sent something. */
export const WAIT = 'wait';

/** What follows a handshake: messages in any order, mostly after a proper beginning; and broken frames. */
export function conversationOf(random: Random, token: string): (Buffer | typeof WAIT)[] {
  const { chance } = random;
  const payload = Buffer.from(`{"type":"connection_init","payload":{"authorization":"Bearer ${token}"}}`);
  const messages = random.some(12, () => Buffer.from(messageOf(random, token)));
  const frames = messages.flatMap((message) =>
    chance(20) ? pieces(random, message) : [frameOf({ payload: message })],
  );
  const broken = chance(40) ? framesOf(random) : [];
  const sent = [...frames, ...broken];
  return [
    ...(chance(80) ? ([WAIT, frameOf({ payload }), WAIT] as const) : []),
    ...(chance(20) ? sent.map((frame) => (chance(30) ? mutate(random, frame) : frame)) : sent),
    ...(chance(30) ? ([WAIT] as const) : []),
  ];
}
