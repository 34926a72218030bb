import type { FastifyReply } from 'fastify';
import type { GraphQLError } from 'graphql';
import { z } from 'zod';

/** The media type in which clients read the errors of an answer that is not 200. */
const GRAPHQL_RESPONSE = 'application/graphql-response+json';

const httpOf = z.object({ status: z.int(), headers: z.map(z.string(), z.string()).default(new Map()) });

/** Answers with an error that was made for the caller: with its status and headers, and in the media type asked for. */
export function refuse(reply: FastifyReply, { message, extensions }: GraphQLError): FastifyReply {
  const { http, ...shown } = extensions;
  const { status, headers } = httpOf.parse(http);
  const isGraphQL = reply.request.headers.accept?.includes(GRAPHQL_RESPONSE) === true;
  return reply
    .code(status)
    .headers(Object.fromEntries(headers))
    .type(isGraphQL ? GRAPHQL_RESPONSE : 'application/json')
    .send({ errors: [{ message, extensions: shown }] });
}
