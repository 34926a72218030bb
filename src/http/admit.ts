import type { FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Authenticate, Viewer } from '../auth.ts';
import { priceOfRequest, type RateLimit, rateLimited } from '../rateLimit.ts';
import { runTraced } from '../telemetry/trace.ts';
import { addressOf } from './address.ts';
import type { OpenRequests } from './openRequests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The viewer whom the token names, or why there is none. Set on `/graphql`, before the body is read. */
    caller: Viewer | GraphQLError;
  }
}

export interface AdmitOptions {
  authenticate: Authenticate;
  /** None: nothing is charged. */
  rateLimit?: RateLimit | undefined;
  /** Whether anybody may ask for the schema. If not, a request without a viewer is refused with 401. */
  introspection: boolean;
  /** How many proxies in front are believed where a request comes from. */
  trustedProxies: number;
}

/**
 * Decides from the headers alone, before the body is read, whether a request is served: looks up who it comes from
 * (`request.caller`), charges the address for a request without a viewer, and refuses users and addresses that are over
 * their limit with 429.
 */
export function admit({
  authenticate,
  rateLimit,
  introspection,
  trustedProxies,
}: AdmitOptions): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const { bodyLimit } = request.routeOptions;
    const bytes = bytesOf(request);
    // A refusal leaves the body unread: one that is small is skipped, anything else ends the connection.
    if (bytes > bodyLimit) reply.header('connection', 'close');
    const { authorization } = request.headers;
    const caller = await runTraced(request.trace, () => authenticate(authorization)).then(viewerOf, refusal);
    request.caller = caller;
    if (caller instanceof GraphQLError) {
      const price = priceOfRequest(Math.min(bytes, bodyLimit));
      await rateLimit?.takeOfAddress(addressOf(request.raw, trustedProxies), price);
      if (!introspection) throw caller;
    } else {
      request.trace.userId = caller.id;
      const wait = rateLimit?.waitOfUser(caller.id) ?? 0;
      if (wait > 0) throw rateLimited(wait);
    }
  };
}

/**
 * Charges a viewer for a request that was refused before anybody could say what it costs: one that is malformed, too
 * large or not from where it should be; also if the caller went away before the answer.
 */
export function chargeRefused(
  { whenEnded }: OpenRequests,
  { rateLimit, logger }: Pick<AdmitOptions, 'rateLimit'> & { logger: Logger },
): onRequestHookHandler {
  function charge({ trace, routeOptions, headers }: FastifyRequest): void {
    const { userId, points } = trace;
    if (userId === undefined || points > 0) return;
    const price = priceOfRequest(Math.min(bytesOf({ headers }), routeOptions.bodyLimit));
    rateLimit?.takeOfUser(userId, price).catch((err: unknown) => {
      if (!(err instanceof GraphQLError)) logger.error({ err }, 'a refused request could not be charged');
    });
  }

  return (request, _reply, done) => {
    whenEnded(request, () => {
      charge(request);
    });
    done();
  };
}

/** How large a request says that its body is; one that does not say so may be of any size. */
function bytesOf({ headers }: Pick<FastifyRequest, 'headers'>): number {
  if (headers['transfer-encoding'] !== undefined) return Infinity;
  return Number(headers['content-length'] ?? 0);
}

function viewerOf({ viewer }: { viewer: Viewer }): Viewer {
  return viewer;
}

function refusal(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  throw error;
}
