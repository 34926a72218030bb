import { finished } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from '../telemetry/metrics.ts';
import { newTrace, type Trace } from '../telemetry/trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: Trace;
  }
}

export interface RequestLogOptions {
  logger: Logger;
  metrics?: Metrics | undefined;
}

/**
 * Gives every request its trace, and writes it as the request's one line in the log when its answer is with the
 * kernel; `aborted: true` if the connection was closed before.
 */
export function addRequestLog(app: FastifyInstance, { logger, metrics }: RequestLogOptions): void {
  app.decorateRequest('trace');
  app.addHook('onRequest', (request, reply, done) => {
    request.trace = newTrace(request.id);
    reply.header('x-request-id', request.id);
    finished(reply.raw, (error) => {
      const [path] = request.url.split('?');
      const status = reply.statusCode;
      const durationMs = Math.round(reply.elapsedTime * 10) / 10;
      const { ran, operationName } = request.trace;
      if (path === '/graphql') metrics?.operation(ran ? operationName : 'refused', status, reply.elapsedTime / 1000);
      const outcome = error ? { aborted: true } : { status };
      logger.info({ ...request.trace, method: request.method, path, ...outcome, durationMs }, 'request');
    });
    done();
  });
}
