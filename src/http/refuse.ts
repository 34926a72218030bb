import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import { httpOf, shownOf } from '../errors.ts';

/** The media type in which clients read the errors of an answer that is not 200. */
const GRAPHQL_RESPONSE = 'application/graphql-response+json';

/** Answers with an error that was made for the caller: with its status and headers, and in the media type asked for. */
export function refuse(reply: FastifyReply, error: GraphQLError): FastifyReply {
  const { status, headers } = httpOf(error);
  const isGraphQL = reply.request.headers.accept?.includes(GRAPHQL_RESPONSE) === true;
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', ...Object.fromEntries(headers) })
    .type(isGraphQL ? GRAPHQL_RESPONSE : 'application/json')
    .send({ errors: [shownOf(error)] });
}
