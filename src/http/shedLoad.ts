import { randomInt } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Overload } from './overload.ts';

/** Clients come back one by one. */
const MAX_RETRY_AFTER_SECONDS = 5;

/**
 * Refuses an operation while the process is overloaded, before its body is read. The caller has to be known by then, who
 * is charged for it.
 */
export function shedLoad({ refusesOperations }: Pick<Overload, 'refusesOperations'>) {
  return (_request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    done(refusesOperations() ? overloaded() : undefined);
  };
}

/** HTTP 503, with the time after which to try again. Nothing was done. */
export function overloaded(): GraphQLError {
  const retryAfter = randomInt(1, MAX_RETRY_AFTER_SECONDS + 1);
  return new GraphQLError(`The server has too much to do: try again in ${retryAfter} seconds`, {
    extensions: {
      code: 'SERVER_OVERLOADED',
      retryAfter,
      http: { status: 503, headers: new Map([['retry-after', String(retryAfter)]]) },
    },
  });
}
