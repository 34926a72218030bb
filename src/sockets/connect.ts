import { GraphQLError } from 'graphql';
import type { Context as Connection } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Authenticate, Viewer } from '../auth.ts';
import { createCeiling } from '../ceiling.ts';
import { addressOf } from '../http/address.ts';
import type { RateLimit } from '../rateLimit.ts';
import { keepSession, reasonOf } from './session.ts';
import type { WaitingSockets } from './waiting.ts';

/** A socket as `graphql-ws` hands it around, with the viewer whom its `connection_init` named. */
export type Socket = Connection<Parameters, SocketExtra>;

export type Parameters = Record<string, unknown> | undefined;
export type SocketExtra = Extra & { viewer?: Viewer };

const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
/** Clients try again after this, and do not after the 4429 and 4500 of `graphql-ws`. */
export const TRY_AGAIN_LATER = 1013;
/** As for a query of the viewer alone. */
const POINTS_PER_SOCKET = 1;

const text = z.string().optional();
const tokens = z.object({
  authorization: text,
  Authorization: text,
  headers: z.record(z.string(), z.unknown()).optional(),
});

export interface ConnectOptions {
  authenticate: Authenticate;
  /** None: any address may try any number of tokens. */
  rateLimit?: RateLimit | undefined;
  /** How many proxies in front are believed where a socket comes from. */
  trustedProxies: number;
  /** How many sockets a user holds in this process at the same time. */
  maxSocketsPerUser: number;
  logger: Logger;
}

/**
 * Lets a socket in whose `connection_init` carries a token that counts, and closes it when that token runs out or its
 * user is gone. Else it is closed with the reason of UNAUTHENTICATED: 4401 if there was no token, 4403 if it does not
 * count; and with 1013 if its address has tried too many, its user has no points left or too many sockets, or nobody can
 * be looked up.
 */
export function createConnect({
  authenticate,
  rateLimit,
  trustedProxies,
  maxSocketsPerUser,
  waiting,
  logger,
}: ConnectOptions & { waiting: WaitingSockets }) {
  const users = createCeiling<string>({ maxPerKey: maxSocketsPerUser });

  return async function connect({ connectionParams, extra }: Socket): Promise<boolean> {
    const { socket, request } = extra;
    waiting.leave(request.socket);
    const authorization = tokenIn(connectionParams) ?? request.headers.authorization;
    try {
      const session = await authenticate(authorization);
      const userId = session.viewer.id;
      if (await isRefused(rateLimit?.takeOfUser(userId, POINTS_PER_SOCKET))) {
        socket.close(TRY_AGAIN_LATER, 'RATE_LIMITED');
        return false;
      }
      // Its end would not be noticed any more.
      if (socket.readyState !== socket.OPEN) return false;
      const entered = users.enter(userId);
      if (typeof entered === 'string') {
        socket.close(TRY_AGAIN_LATER, 'TOO_MANY_SOCKETS');
        return false;
      }
      socket.once('close', entered);
      extra.viewer = session.viewer;
      const onViewer = (viewer: Viewer) => (extra.viewer = viewer);
      keepSession({ socket, authenticate, authorization, session, onViewer });
      return true;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== null && (await isRefused(rateLimit?.takeOfAddress(addressOf(request, trustedProxies), 1)))) {
        socket.close(TRY_AGAIN_LATER, 'RATE_LIMITED');
        return false;
      }
      if (reason === null) logger.error({ err: error }, 'a socket could not be authenticated');
      if (reason === null) socket.close(TRY_AGAIN_LATER, 'Something went wrong here');
      else socket.close(reason === 'TOKEN_MISSING' ? UNAUTHORIZED : FORBIDDEN, reason);
      return false;
    }
  };
}

/** Whether a charge was refused with RATE_LIMITED. */
async function isRefused(charge: Promise<void> | undefined): Promise<boolean> {
  try {
    await charge;
    return false;
  } catch (error) {
    if (error instanceof GraphQLError) return true;
    throw error;
  }
}

/** The header, as clients send it along: by itself, or among the headers that Sandbox sends. */
function tokenIn(params: Parameters): string | undefined {
  const { data } = tokens.safeParse(params ?? {});
  const headers = Object.entries(data?.headers ?? {});
  const among = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return data?.authorization ?? data?.Authorization ?? (typeof among === 'string' ? among : undefined);
}
