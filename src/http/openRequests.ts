import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { StalledConnections } from './stalled.ts';

export interface OpenRequests {
  /** Calls back once: when the answer is with the kernel, or the connection is gone; at once if that was before. */
  whenEnded: (request: FastifyRequest, listener: () => void) => void;
}

interface OpenRequest {
  listeners: (() => void)[];
  isOpen: () => boolean;
  end: () => void;
}

/** On one connection, by pipelining, which neither browsers nor proxies do. */
const MAX_AT_ONCE = 32;

/**
 * Follows every request to its end, and refuses those of a connection that has too many open. Node says that a response
 * is closed only for the one that a connection is at: those that wait behind it end with the connection.
 */
export function addOpenRequests(app: FastifyInstance, { watch }: Pick<StalledConnections, 'watch'>): OpenRequests {
  const byRequest = new WeakMap<FastifyRequest, OpenRequest>();
  const byConnection = new WeakMap<Socket, Set<OpenRequest>>();

  function openOn(socket: Socket): Set<OpenRequest> {
    const known = byConnection.get(socket);
    if (known) return known;
    const open = new Set<OpenRequest>();
    byConnection.set(socket, open);
    watch(socket);
    socket.once('close', () => {
      for (const { end } of open) end();
    });
    return open;
  }

  app.addHook('onRequest', (request, reply, done) => {
    const others = openOn(request.raw.socket);
    const listeners: (() => void)[] = [];
    const open: OpenRequest = {
      listeners,
      isOpen: () => others.has(open),
      end() {
        if (others.delete(open)) for (const listener of listeners) listener();
      },
    };
    others.add(open);
    byRequest.set(request, open);
    reply.raw.once('close', open.end);
    if (others.size > MAX_AT_ONCE) done(tooMany());
    else done();
  });

  return {
    whenEnded(request, listener) {
      const open = byRequest.get(request);
      if (open?.isOpen()) open.listeners.push(listener);
      else listener();
    },
  };
}

function tooMany(): GraphQLError {
  return new GraphQLError(`A connection has at most ${MAX_AT_ONCE} requests open: wait for their answers`, {
    extensions: { code: 'TOO_MANY_OPERATIONS', http: { status: 429, headers: new Map([['retry-after', '1']]) } },
  });
}
