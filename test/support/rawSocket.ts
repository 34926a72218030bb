import { once } from 'node:events';
import WebSocket from 'ws';
import { bearer } from './socket.ts';

export interface Closed {
  code: number;
  reason: string;
}

/** A WebSocket on which a test writes each message itself. */
export interface RawSocket {
  socket: WebSocket;
  send(...messages: object[]): void;
  received: ReceivedMessage[];
  /** Resolves when it is closed. */
  closed: Promise<Closed>;
  /** Resolves with the next message for which the condition holds, also if it came before. */
  receive(matches: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage>;
}

export interface ReceivedMessage {
  type: string;
  id?: string;
  payload?: unknown;
}

/** Opens a socket and sends nothing. Rejects with the status if the server does not upgrade it. */
export async function openRaw(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  const received: ReceivedMessage[] = [];
  let look: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    received.push(JSON.parse(data.toString()) as ReceivedMessage);
    look();
  });
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code: number, reason: Buffer) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return {
    socket,
    received,
    closed,
    send(...messages) {
      for (const message of messages) socket.send(JSON.stringify(message));
    },
    receive: (matches) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = received.find(matches);
          if (found) resolve(found);
        };
        look();
        void closed.then(({ code, reason }) => {
          reject(new Error(`It was closed with ${code} ${reason}`));
        });
      }),
  };
}

/** Opens a socket and signs in. Rejects if the server does not acknowledge it. */
export async function signInRaw(url: string, token: string): Promise<RawSocket> {
  const raw = await openRaw(url);
  raw.send({ type: 'connection_init', payload: bearer(token) });
  await raw.receive(({ type }) => type === 'connection_ack');
  return raw;
}
