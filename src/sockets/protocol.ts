import type { IncomingMessage } from 'node:http';
import { CloseCode, makeServer, type ServerOptions } from 'graphql-ws';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import type { Parameters, SocketExtra } from './connect.ts';
import { createMessageBudget } from './messageBudget.ts';
import { isNestedDeeper } from './nesting.ts';
import { createSend, type SendOptions } from './send.ts';

const CONNECTION_INIT_TIMEOUT_MS = 3000;
const PING_EVERY_MS = 12_000;
const MAX_NESTING = 100;
const POLICY_VIOLATION = 1008;
/** Of a close frame. */
const MAX_REASON_BYTES = 123;
/** For the client to receive why its socket is closed. */
const CLOSE_TIMEOUT_MS = 1000;

export interface ProtocolOptions extends SendOptions {
  logger: Logger;
}

/**
 * Speaks `graphql-transport-ws` over sockets that are open. Closes a socket with 4408 that sends no `connection_init`
 * for 3 s, with 1008 if it sends too many messages, with 4400 if a message is malformed or nested deeper than 100; and
 * ends it without a word if it does not answer a ping within 12 s.
 */
export function createProtocol(hooks: ServerOptions<Parameters, SocketExtra>, options: ProtocolOptions) {
  const { logger } = options;
  const send = createSend(options);
  const server = makeServer({ ...hooks, connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS });

  return function speak(socket: WebSocket, request: IncomingMessage): void {
    const onFailure = (err: unknown) => {
      if (isUnexpectedType(err)) {
        socket.close(CloseCode.BadRequest, 'Invalid message received');
        return;
      }
      logger.error({ err }, 'a message over a socket could not be handled');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    };
    const budget = createMessageBudget();
    function accepts(bytes: number): boolean {
      if (socket.readyState !== socket.OPEN) return false;
      const isPaid = budget.spend(bytes);
      if (!isPaid) cutOff(socket);
      return isPaid;
    }

    // Frames that break the protocol are the client's fault, and ws closes the socket.
    socket.on('error', (err) => {
      logger.debug({ err }, 'a socket failed');
    });
    socket.on('ping', ({ length }: Buffer) => accepts(length));
    socket.on('pong', ({ length }: Buffer) => accepts(length));
    const extra: SocketExtra = { socket, request };
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(extra, text),
        close(code, reason = '') {
          // Some reasons quote what the client sent.
          socket.close(code, Buffer.byteLength(reason) > MAX_REASON_BYTES ? '' : reason);
        },
        onMessage(handle) {
          socket.on('message', (data) => {
            const text = textOf(data);
            if (!accepts(text.length)) return;
            if (isNestedDeeper(text, MAX_NESTING)) socket.close(CloseCode.BadRequest, 'Invalid message received');
            else handle(text).catch(onFailure);
          });
        },
      },
      extra,
    );
    const stopPinging = keepAlive(socket);
    socket.once('close', (code: number, reason: Buffer) => {
      stopPinging();
      closed(code, reason.toString()).catch(onFailure);
    });
  };
}

/** Ends sockets whose client is gone without a word. Returns how to stop. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (isAlive) socket.ping();
    else socket.terminate();
    isAlive = false;
  }, PING_EVERY_MS);
  return () => {
    clearInterval(timer);
  };
}

/** Reads nothing more of a socket, and ends it when its client has had time to receive why. */
function cutOff(socket: WebSocket): void {
  socket.close(POLICY_VIOLATION, 'TOO_MANY_MESSAGES');
  socket.pause();
  const timer = setTimeout(() => {
    socket.terminate();
  }, CLOSE_TIMEOUT_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** What graphql-ws throws for messages that only servers send. */
function isUnexpectedType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unexpected message of type');
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString();
}
