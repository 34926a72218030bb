import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Authenticate, Viewer } from './auth.ts';
import type { Messages } from './messages/messages.ts';
import { currentTrace } from './trace.ts';
import { createUserLoader, type UserLoader } from './users/loader.ts';
import type { Users } from './users/users.ts';

/** What the resolvers of one operation work with. */
export interface Context {
  /** The viewer, or why there is none: introspection needs no one. See `viewerOf`. */
  caller: Viewer | GraphQLError;
  messages: Messages;
  users: Users;
  userLoader: UserLoader;
}

export interface ContextOptions {
  authenticate: Authenticate;
  messages: Messages;
  users: Users;
  logger: Logger;
}

export function createContext({ authenticate, messages, users, logger }: ContextOptions) {
  return async function contextOf(authorization: string | undefined): Promise<Context> {
    const caller = await authenticate(authorization).catch(refusal);
    const trace = currentTrace();
    if (trace && !(caller instanceof GraphQLError)) trace.userId = caller.id;
    const userLoader = createUserLoader(users, (err) => {
      logger.warn({ err }, 'Postgres did not answer: names are those on the rows');
    });
    return { caller, messages, users, userLoader };
  };
}

/** The signed-in user. @throws UNAUTHENTICATED where there is none. */
export function viewerOf({ caller }: Context): Viewer {
  if (caller instanceof GraphQLError) throw caller;
  return caller;
}

function refusal(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  throw error;
}
