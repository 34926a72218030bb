import { GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { createCeiling } from '../ceiling.ts';
import { enterOperation } from '../http/enterOperation.ts';
import type { Overload } from '../http/overload.ts';

/** What is open: the operations of each socket, and the subscriptions of each user. */
export interface OpenOperations {
  /**
   * Counts an operation of a user until it leaves, also after the client has completed it, because it still runs.
   * Returns the error if the socket, the user or the process has too many. Closes the socket with 4409 if one with that
   * id runs.
   */
  enter(socket: WebSocket, id: string, userId: string): Place | GraphQLError;
}

/** What an operation is counted by. */
export interface Place {
  /** Counts it as a subscription of a user too; returns the error if the user or this process has too many. */
  countSubscription(): GraphQLError | null;
  /** Counts it as a subscription alone from here on: it has started, and waits for events. */
  leaveOperations: () => void;
  /** Stops counting it. Counts once, however often it is called. */
  leave: () => void;
}

export interface OpenOptions {
  overload: Overload;
  /** How many subscriptions this process holds at the same time. */
  maxSubscriptions: number;
  /** How many subscriptions a user holds in this process at the same time. */
  maxSubscriptionsPerUser: number;
}

const MAX_OPERATIONS = 100;
const MAX_ID_LENGTH = 200;
/** When the ceiling of a process is reached; its other users come and go. */
const RETRY_AFTER_SECONDS = 10;
const TOO_MANY_SUBSCRIPTIONS = 'TOO_MANY_SUBSCRIPTIONS';

export function createOpenOperations({
  overload,
  maxSubscriptions,
  maxSubscriptionsPerUser,
}: OpenOptions): OpenOperations {
  const idsOf = new WeakMap<WebSocket, Set<string>>();
  const subscriptions = createCeiling<string>({ maxPerKey: maxSubscriptionsPerUser, maxOfAll: maxSubscriptions });

  return {
    enter(socket, id, userId) {
      const ids = idsOf.get(socket) ?? new Set();
      idsOf.set(socket, ids);
      if (id.length > MAX_ID_LENGTH) return close(socket, CloseCode.BadRequest, 'The id of an operation is too long');
      // The client may have completed it, but graphql-ws would mix up the two.
      if (ids.has(id)) return close(socket, CloseCode.SubscriberAlreadyExists, 'An operation with this id runs');
      if (ids.size >= MAX_OPERATIONS) {
        const message = `A socket runs at most ${MAX_OPERATIONS} operations at once: end some`;
        return new GraphQLError(message, { extensions: { code: 'TOO_MANY_OPERATIONS', limit: MAX_OPERATIONS } });
      }
      const leaveOperations = enterOperation(overload, userId);
      if (leaveOperations instanceof GraphQLError) return leaveOperations;
      ids.add(id);
      let leaveUser: () => void = () => undefined;
      return {
        leaveOperations,
        countSubscription() {
          const entered = subscriptions.enter(userId);
          if (typeof entered === 'string') return entered === 'key-full' ? tooManyOfUser() : tooManyOfAll();
          leaveUser = entered;
          return null;
        },
        leave() {
          ids.delete(id);
          leaveOperations();
          leaveUser();
        },
      };
    },
  };

  function tooManyOfUser(): GraphQLError {
    const message = `A user holds at most ${maxSubscriptionsPerUser} subscriptions at once: end some`;
    return new GraphQLError(message, { extensions: { code: TOO_MANY_SUBSCRIPTIONS, limit: maxSubscriptionsPerUser } });
  }
}

function tooManyOfAll(): GraphQLError {
  const message = 'This server holds as many subscriptions as it can: try again later';
  return new GraphQLError(message, { extensions: { code: TOO_MANY_SUBSCRIPTIONS, retryAfter: RETRY_AFTER_SECONDS } });
}

function close(socket: WebSocket, code: CloseCode, reason: string): GraphQLError {
  socket.close(code, reason);
  return new GraphQLError(reason, { extensions: { code: 'BAD_USER_INPUT' } });
}
