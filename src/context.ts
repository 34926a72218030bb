import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Viewer } from './auth.ts';
import type { PreparedOperation } from './graphql/prepare.ts';
import type { Feed } from './live/feed.ts';
import type { Meter } from './live/meter.ts';
import type { Typing } from './live/typing.ts';
import type { Messages } from './messages/messages.ts';
import { currentTrace } from './telemetry/trace.ts';
import {
  type BlockLoader,
  createBlockLoader,
  createPresenceLoader,
  createUserLoader,
  type PresenceLoader,
  type UserLoader,
} from './users/loader.ts';
import type { Relations } from './users/relations.ts';
import type { Settings } from './users/settings.ts';
import type { Users } from './users/users.ts';

/** What the resolvers of one operation work with. */
export interface Context extends ContextOptions {
  /** The viewer, or why there is none: introspection needs no one. See `viewerOf`. */
  caller: Viewer | GraphQLError;
  /** What was prepared before, for an operation that comes over a socket. */
  prepared?: PreparedOperation | undefined;
  userLoader: UserLoader;
  blockLoader: BlockLoader;
  presenceLoader: PresenceLoader;
  /** What a subscription pays with for the pages that it reads and the events that it delivers. */
  meter?: Meter | undefined;
}

/** What all operations share. */
export interface ContextOptions {
  messages: Messages;
  users: Users;
  relations: Relations;
  settings: Settings;
  feed: Feed;
  typing: Typing;
  logger: Logger;
}

/** For one operation, or one event, of somebody who is known. */
export function contextFor(caller: Viewer | GraphQLError, options: ContextOptions): Context {
  const { messages, users, relations, settings, feed, typing, logger } = options;
  const trace = currentTrace();
  if (trace && !(caller instanceof GraphQLError)) trace.userId = caller.id;
  const userLoader = createUserLoader(users, (err) => {
    logger.warn({ err }, 'Postgres did not answer: names are those on the rows');
  });
  // Nobody has no id, and asks for nothing that is loaded.
  const viewerId = caller instanceof GraphQLError ? '' : caller.id;
  const blockLoader = createBlockLoader(settings, viewerId, (err) => {
    logger.warn({ err }, 'Postgres did not answer: whom the viewer blocks is not known');
  });
  const presenceLoader = createPresenceLoader(relations, viewerId);
  const loaders = { userLoader, blockLoader, presenceLoader };
  return { caller, messages, users, relations, settings, feed, typing, logger, ...loaders };
}

/** The signed-in user. @throws UNAUTHENTICATED where there is none. */
export function viewerOf({ caller }: Context): Viewer {
  if (caller instanceof GraphQLError) throw caller;
  return caller;
}
