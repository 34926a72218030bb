import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { z } from 'zod';
import { UnansweredError } from './users/failures.ts';

export type UnauthenticatedReason = 'TOKEN_MISSING' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID' | 'USER_NOT_REGISTERED';

const UNAUTHENTICATED: Record<UnauthenticatedReason, string> = {
  TOKEN_MISSING: 'No access token. Send one in the header "Authorization: Bearer <access token>".',
  TOKEN_EXPIRED: 'The access token has expired. Refresh it and send the request again.',
  TOKEN_INVALID: 'The access token is not valid here. Sign in, and send the access token (not the id token).',
  USER_NOT_REGISTERED: 'The token is valid, but its user is not registered with Cruddur. Finish signing up first.',
};

/** One for each reason: an error is expensive to make, and anybody can have this one made. */
const refusals = new Map<UnauthenticatedReason, GraphQLError>();

/** The caller is not known: HTTP 401. */
export function unauthenticated(reason: UnauthenticatedReason): GraphQLError {
  const known = refusals.get(reason);
  if (known) return known;
  const error = new GraphQLError(UNAUTHENTICATED[reason], {
    extensions: {
      code: 'UNAUTHENTICATED',
      reason,
      http: { status: 401, headers: new Map([['www-authenticate', 'Bearer']]) },
    },
  });
  refusals.set(reason, error);
  return error;
}

/** What was asked for is not there, or not for the viewer: the two cannot be told apart. */
export function notFound(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'NOT_FOUND' } });
}

/** An argument that no caller should send; `argument` names it as a path, for example `input.body`. */
export function badUserInput(argument: string, problem: string): GraphQLError {
  return new GraphQLError(`"${argument}" ${problem}`, { extensions: { code: 'BAD_USER_INPUT', argument } });
}

/** The error with a code if it has none. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null, originalError = null } = error;
  const extensions = { code, ...error.extensions };
  return new GraphQLError(error.message, { nodes, source, positions, path, originalError, extensions });
}

const httpHead = z.object({
  status: z.int().default(400),
  headers: z.map(z.string(), z.string()).default(() => new Map()),
});

/** With which status and headers HTTP answers an error: 400 unless it says so itself. */
export function httpOf({ extensions }: GraphQLError): { status: number; headers: Map<string, string> } {
  return httpHead.parse(extensions['http'] ?? {});
}

/** An error as callers see it: without what it says to HTTP. */
export function shownOf(error: GraphQLError): GraphQLFormattedError {
  const extensions = { ...error.extensions };
  delete extensions['http'];
  return { ...error.toJSON(), extensions };
}

const RETRY_AFTER_SECONDS = 1;

/** Postgres did not answer, and nothing was written: HTTP 503. The same request may succeed in a second. */
export function serviceUnavailable(originalError: UnansweredError): GraphQLError {
  return new GraphQLError('Too much is going on here at present. Send the request again in a moment.', {
    originalError,
    extensions: {
      code: 'SERVICE_UNAVAILABLE',
      retryAfter: RETRY_AFTER_SECONDS,
      http: { status: 503, headers: new Map([['retry-after', String(RETRY_AFTER_SECONDS)]]) },
    },
  });
}

/** An answer in the shape of GraphQL's, for what goes wrong before GraphQL sees the request. */
export function errorAnswer(message: string, code: string, extensions = {}) {
  return { errors: [{ message, extensions: { code, ...extensions } }] };
}

export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * What callers see of an error. One that was made for them passes. Everything else is masked as
 * `INTERNAL_SERVER_ERROR`, and logged once, under the `errorId` that the caller gets.
 */
export function createFormatError(logger: Logger): FormatError {
  return (formatted, error) => {
    if (error instanceof GraphQLError && error.originalError instanceof UnansweredError) {
      logger.warn({ err: error.originalError, path: formatted.path }, 'refused, since Postgres did not answer');
    }
    if (formatted.extensions?.['code'] !== 'INTERNAL_SERVER_ERROR') return formatted;
    const errorId = randomUUID();
    logger.error({ err: unwrapResolverError(error), errorId, path: formatted.path }, 'unexpected error');
    return {
      message: `Something went wrong here. If it goes on, report it with the id ${errorId}.`,
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR', errorId },
    };
  };
}

/** An error that was made for the caller. Anything else is thrown on. */
export function refusal(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  throw error;
}
