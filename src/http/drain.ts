import { finished } from 'node:stream';
import type { FastifyInstance } from 'fastify';

export interface Drain {
  isDraining: () => boolean;
  /**
   * From now on `/health/ready` answers 503 and every connection is closed after its answer. Resolves when no request
   * is open, health checks aside, or after `timeoutMs`.
   */
  drain: (timeoutMs: number) => Promise<void>;
}

export function addDrain(app: FastifyInstance): Drain {
  let openRequests = 0;
  let onIdle: (() => void) | undefined;
  app.addHook('onRequest', (request, reply, done) => {
    if (onIdle) reply.header('connection', 'close');
    if (!request.url.startsWith('/health/')) {
      openRequests++;
      // Also if the caller is gone before the answer.
      finished(reply.raw, () => {
        openRequests--;
        if (openRequests === 0) onIdle?.();
      });
    }
    done();
  });
  return {
    isDraining: () => onIdle !== undefined,
    drain: (timeoutMs) =>
      new Promise((resolve) => {
        const timeout = setTimeout(resolve, timeoutMs);
        onIdle = () => {
          clearTimeout(timeout);
          resolve();
        };
        if (openRequests === 0) onIdle();
      }),
  };
}
