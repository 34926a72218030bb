import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { createCeiling } from '../ceiling.ts';
import { addressOf } from '../http/address.ts';
import type { IsKnownHost } from '../http/host.ts';
import type { StalledConnections } from '../http/stalled.ts';
import { createConnect } from './connect.ts';
import { createOperations, type OperationsOptions } from './operations.ts';
import { createProtocol, type ProtocolOptions } from './protocol.ts';
import { createWaitingSockets } from './waiting.ts';

export interface SocketsOptions extends OperationsOptions, ProtocolOptions {
  /** How many sockets this process holds at the same time. */
  maxSockets: number;
  isKnownHost: IsKnownHost;
  stalled: StalledConnections;
}

export interface Sockets {
  /**
   * Takes no new sockets, and closes each that is open with 1012 when its queries and mutations are done. Resolves when
   * all are closed, or after `timeoutMs`, when what is left is cut.
   */
  drain(timeoutMs: number): Promise<void>;
}

const SERVER_OPTIONS = {
  noServer: true,
  handleProtocols,
  maxPayload: 100_000,
  // A message of that size needs far fewer, unless somebody wants it to take much memory.
  maxFragments: 128,
  maxBufferedChunks: 1024,
  // How long a client may take to answer a close; the types of `ws` do not know it.
  closeTimeout: 5000,
};
const SERVICE_RESTART = 1012;
const POLL_MS = 20;
const MAX_WAITING = 2000;
const MAX_WAITING_PER_ADDRESS = 1000;

/** GraphQL over WebSocket (`graphql-transport-ws`) on `/graphql` of an HTTP server. */
export function addSockets(http: HttpServer, options: SocketsOptions): Sockets {
  const sockets = new WebSocketServer(SERVER_OPTIONS);
  const open = createCeiling<null>({ maxOfAll: options.maxSockets });
  const waiting = createWaitingSockets({ maxPerAddress: MAX_WAITING_PER_ADDRESS, maxOfAll: MAX_WAITING });
  const { isKnownHost, overload, stalled } = options;
  const operations = createOperations(options);
  sockets.on(
    'connection',
    createProtocol({ ...operations, onConnect: createConnect({ ...options, waiting }) }, options),
  );
  let isDraining = false;

  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Nobody else listens, until the handshake is done.
    socket.on('error', () => socket.destroy());
    stalled.watch(request.socket);
    const [path] = (request.url ?? '').split('?');
    if (!isKnownHost(request.headers.host)) refuse(socket, '421 Misdirected Request');
    else if (path !== '/graphql') refuse(socket, '404 Not Found');
    else if (isDraining || overload.isOverloaded()) refuse(socket, '503 Service Unavailable');
    else accept(request, socket, head);
  });

  /** Counts a socket from here on until it ends, whatever becomes of it. */
  function accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const entered = open.enter(null);
    if (typeof entered === 'string') {
      refuse(socket, '503 Service Unavailable');
      return;
    }
    socket.once('close', entered);
    waiting.enter(socket, addressOf(request, options.trustedProxies));
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  }

  return {
    async drain(timeoutMs) {
      isDraining = true;
      const end = Date.now() + timeoutMs;
      while (sockets.clients.size > 0 && Date.now() < end) {
        for (const client of sockets.clients)
          if (!operations.isBusy(client)) client.close(SERVICE_RESTART, 'The server stops');
        await sleep(POLL_MS);
      }
      for (const client of sockets.clients) client.terminate();
      await new Promise((resolve) => {
        sockets.close(resolve);
      });
    },
  };
}

/** Closes both directions when the answer is out: nothing else looks after a socket that asked for an upgrade. */
function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}
