import type { FastifyInstance } from 'fastify';
import type { OpenRequests } from './openRequests.ts';

export interface Drain {
  isDraining: () => boolean;
  /**
   * From now on `/health/ready` answers 503 and every connection is closed after its answer. Resolves when no request
   * is open, health checks aside, or after `timeoutMs`.
   */
  drain: (timeoutMs: number) => Promise<void>;
}

export function addDrain(app: FastifyInstance, { whenEnded }: OpenRequests): Drain {
  let open = 0;
  let onIdle: (() => void) | undefined;
  app.addHook('onRequest', (request, reply, done) => {
    if (onIdle) reply.header('connection', 'close');
    if (!request.url.startsWith('/health/')) {
      open++;
      whenEnded(request, () => {
        open--;
        if (open === 0) onIdle?.();
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
        if (open === 0) onIdle();
      }),
  };
}
