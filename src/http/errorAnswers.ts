import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';
import { errorAnswer, serviceUnavailable } from '../errors.ts';
import { UnansweredError } from '../users/failures.ts';
import { refuse } from './refuse.ts';

/** What goes wrong before GraphQL sees the request answers in the shape of a GraphQL answer. */
export function addErrorAnswers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | GraphQLError | UnansweredError, request, reply) => {
    if (error instanceof UnansweredError) {
      request.log.warn({ err: error }, 'refused, since Postgres did not answer');
      return refuse(reply, serviceUnavailable(error));
    }
    if (error instanceof GraphQLError) return refuse(reply, error);
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(errorAnswer(error.message, codeOf(status)));
    const errorId = randomUUID();
    request.log.error({ err: error, errorId }, 'unexpected error');
    const message = `Something went wrong here. If it goes on, report it with the id ${errorId}.`;
    return reply.code(500).send(errorAnswer(message, 'INTERNAL_SERVER_ERROR', { errorId }));
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(errorAnswer(`There is nothing at ${request.method} ${request.url}. The API is at /graphql.`, 'NOT_FOUND')),
  );
}

function codeOf(status: number): string {
  return status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST';
}
