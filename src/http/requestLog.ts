import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from '../telemetry/metrics.ts';
import { newTrace, type Trace } from '../telemetry/trace.ts';
import type { OpenRequests } from './openRequests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: Trace;
    /** Whether the request gets its line in the log; it does unless somebody says so. */
    isLogged: boolean;
  }
}

export interface RequestLogOptions {
  logger: Logger;
  metrics?: Metrics | undefined;
}

/**
 * Gives every request its trace, and writes it as the request's one line in the log when it ends; `aborted: true` if
 * the connection was gone before the answer.
 */
export function addRequestLog(
  app: FastifyInstance,
  { whenEnded }: OpenRequests,
  { logger, metrics }: RequestLogOptions,
): void {
  app.decorateRequest('trace');
  app.decorateRequest('isLogged', true);
  app.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    request.trace = newTrace(request.id);
    reply.header('x-request-id', request.id);
    // Not `writableFinished`: the responses of a Lambda, which have no connection, never have it.
    let isSent = false;
    reply.raw.once('finish', () => {
      isSent = true;
    });
    whenEnded(request, () => {
      const [path] = request.url.split('?');
      const ms = performance.now() - startedAt;
      const { ran, operationName } = request.trace;
      if (path === '/graphql') metrics?.operation(ran ? operationName : 'refused', reply.statusCode, ms / 1000);
      if (!request.isLogged) return;
      const outcome = isSent ? { status: reply.statusCode } : { aborted: true };
      const durationMs = Math.round(ms * 10) / 10;
      logger.info({ ...request.trace, method: request.method, path, ...outcome, durationMs }, 'request');
    });
    done();
  });
}
