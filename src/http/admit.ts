import type { FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Authenticate, Viewer } from '../auth.ts';
import { refusal } from '../errors.ts';
import { priceOfRequest, type RateLimit, rateLimited } from '../rateLimit.ts';
import { runTraced } from '../telemetry/trace.ts';
import { addressOf } from './address.ts';
import type { OpenRequests } from './openRequests.ts';
import { refuse } from './refuse.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** On `/graphql`, before the body is read: the viewer whom the token names, or why there is none. Else null. */
    caller: Viewer | GraphQLError | null;
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
  /**
   * Why a request is not served, or null. Who is over a limit is said in the log once: a line for each request would be
   * most of what its refusal costs.
   */
  async function refusalOf(request: FastifyRequest): Promise<GraphQLError | null> {
    const { caller } = request;
    if (caller instanceof GraphQLError) {
      const address = addressOf(request.raw, trustedProxies);
      const limited = await rateLimit?.takeOfAddress(address, priceOf(request)).catch(refusal);
      request.isLogged = !limited;
      return limited ?? (introspection ? null : caller);
    }
    const wait = caller ? (rateLimit?.waitOfUser(caller.id) ?? 0) : 0;
    request.isLogged = wait === 0;
    return wait > 0 ? rateLimited(wait) : null;
  }

  return async (request, reply) => {
    const { authorization } = request.headers;
    request.caller = await runTraced(request.trace, () => authenticate(authorization)).then(viewerOf, refusal);
    if (!(request.caller instanceof GraphQLError)) request.trace.userId = request.caller.id;
    const error = await refusalOf(request);
    if (!error) return;
    // The body stays unread: one that is small is skipped, any other ends the connection.
    if (bytesOf(request) > request.routeOptions.bodyLimit) reply.header('connection', 'close');
    // A reply can be awaited, which takes longer than all the rest.
    void refuse(reply, error);
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
  function charge(request: FastifyRequest): void {
    const { userId, points } = request.trace;
    if (!rateLimit || userId === undefined || points > 0 || rateLimit.waitOfUser(userId) > 0) return;
    rateLimit.takeOfUser(userId, priceOf(request)).catch((err: unknown) => {
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

function priceOf(request: FastifyRequest): number {
  return priceOfRequest(Math.min(bytesOf(request), request.routeOptions.bodyLimit));
}

/** How large a request says that its body is; one that does not say so may be of any size. */
function bytesOf({ headers }: FastifyRequest): number {
  if (headers['transfer-encoding'] !== undefined) return Infinity;
  return Number(headers['content-length'] ?? 0);
}

function viewerOf({ viewer }: { viewer: Viewer }): Viewer {
  return viewer;
}
