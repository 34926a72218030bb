import { type Context, viewerOf } from '../context.ts';
import { badUserInput, notFound } from '../errors.ts';
import type { MessageEventType, SubscriptionResolvers } from '../generated/graphql.ts';
import { typingTopic } from '../live/feed.ts';
import { follow, type Followed } from '../live/follow.ts';
import { startAfter } from '../live/progress.ts';
import { groupLogs, inboxLogs, parseChange } from '../messages/changes.ts';
import { parseCursor } from '../messages/cursors.ts';
import { timestampOf } from '../messages/keys.ts';
import type { LogPage } from '../messages/readLog.ts';
import {
  type Item,
  type Message,
  type MessageGroup,
  parseGroup,
  parseMessage,
  type Participant,
  RowError,
} from '../messages/rows.ts';
import { parseId } from './arguments.ts';
import { sharesPresence } from './reach.ts';

/** Something that happened in a group, as the schema tells of it. */
export interface MessageEvent {
  type: MessageEventType;
  cursor: string;
  message: Message | null;
  user: Participant;
  lastReadAt: string | null;
  expiresAt: string | null;
}

interface InboxEvent {
  cursor: string;
  messageGroup: MessageGroup;
}

const NOT_YOURS = 'There is no such message group, or you do not take part in it.';

export const Subscription: SubscriptionResolvers = {
  messageEvents: {
    async subscribe(_parent, args, context) {
      const groupId = parseId('messageGroupId', args.messageGroupId);
      const other = await otherParticipantOf(groupId, context);
      const followed = await follow({
        ...sourcesOf(context),
        logs: groupLogs(groupId),
        topics: [typingTopic(groupId)],
        progress: startAfter(parseAfter(args.after), context.messages.now()),
        async check() {
          // What is remembered of the group does not count here.
          const group = await context.messages.findMessageGroup(viewerOf(context).id, groupId);
          if (!group) throw notFound(NOT_YOURS);
        },
      });
      return mapEvents(followed, context, (event) => messageEventOf(event, groupId, other, context));
    },
    resolve: (event: MessageEvent) => event,
  },

  inboxEvents: {
    async subscribe(_parent, args, context) {
      const viewer = viewerOf(context);
      const followed = await follow({
        ...sourcesOf(context),
        logs: inboxLogs(viewer.id),
        topics: [],
        progress: startAfter(parseAfter(args.after), context.messages.now()),
        check: () => Promise.resolve(),
      });
      return mapEvents(followed, context, (event) => inboxEventOf(event, context));
    },
    resolve: (event: InboxEvent) => event,
  },
};

const EMPTY_PAGE: LogPage = { rows: [], hasMore: false };

function sourcesOf({ feed, messages, meter, logger }: Context) {
  return {
    feed,
    now: () => messages.now(),
    // Each page is paid for, whatever it is read for: a replay, a hint, or because nothing came for 30 s.
    readLog: async (pk: string, from: number) =>
      (await meter?.page()) === false ? EMPTY_PAGE : messages.readLog(pk, from),
    onFailure: (err: unknown) => {
      logger.warn({ err }, 'a subscription could not read the table: it tries again');
    },
  };
}

function parseAfter(after: string | null | undefined): string | null {
  if (after == null) return null;
  const parsed = parseCursor(after);
  if ('problem' in parsed) throw badUserInput('after', `${parsed.problem}: take cursors from events, or from pages`);
  return after;
}

/** @throws NOT_FOUND where the viewer does not take part in the group. */
async function otherParticipantOf(groupId: string, context: Context): Promise<Participant> {
  const other = await context.messages.findOtherParticipant(viewerOf(context).id, groupId);
  if (!other) throw notFound(NOT_YOURS);
  return other;
}

/** The event that the schema tells of, or null where there is nothing to tell to this viewer. */
async function messageEventOf(
  { cursor, ...followed }: Followed,
  groupId: string,
  other: Participant,
  context: Context,
): Promise<MessageEvent | null> {
  const nothing = { cursor, message: null, lastReadAt: null, expiresAt: null };
  if (followed.kind === 'typing') {
    if (followed.userId !== other.id || !(await sharesPresence(other.id, context))) return null;
    return { ...nothing, type: 'TYPING', user: other, expiresAt: timestampOf(followed.until * 1000) };
  }
  if (followed.log === 0) {
    const message = parseMessage(followed.row.item);
    return { ...nothing, type: 'CREATED', message, user: message.sender };
  }
  const change = parseChange(followed.row.item);
  switch (change.kind) {
    case 'edited':
    case 'deleted': {
      const message = await context.messages.findMessage(groupId, change.messageId);
      return message && { ...nothing, type: message.deletedAt ? 'DELETED' : 'EDITED', message, user: message.sender };
    }
    case 'read': {
      const user = [viewerOf(context), other].find(({ id }) => id === change.readerId);
      if (!user || !(await sharesPresence(other.id, context))) return null;
      return { ...nothing, type: 'READ', user, lastReadAt: change.lastReadAt };
    }
    case 'group':
      return null;
  }
}

async function inboxEventOf(followed: Followed, context: Context): Promise<InboxEvent | null> {
  if (followed.kind === 'typing') return null;
  const messageGroup = await groupOf(followed.log, followed.row.item, context);
  return messageGroup && { cursor: followed.cursor, messageGroup };
}

async function groupOf(log: number, item: Item, context: Context): Promise<MessageGroup | null> {
  if (log === 0) return parseGroup(item);
  const change = parseChange(item);
  return change.kind === 'group' ? context.messages.findMessageGroup(viewerOf(context).id, change.groupId) : null;
}

/** The events that there are, without those that are null, and without rows that cannot be read; ends as the source does. */
function mapEvents<Event>(
  source: AsyncIterableIterator<Followed>,
  { meter, logger }: Context,
  eventOf: (followed: Followed) => Promise<Event | null>,
): AsyncIterableIterator<Event> {
  const readable = (error: unknown) => {
    if (!(error instanceof RowError)) throw error;
    logger.error({ err: error }, 'skipped a row of a subscription');
    return null;
  };
  const iterator: AsyncIterableIterator<Event> = {
    async next() {
      for (;;) {
        const next = await source.next();
        // What is not paid for yet waits here, and nothing is read meanwhile.
        if (next.done === true || (await meter?.event()) === false) return { done: true, value: undefined };
        const event = await eventOf(next.value).catch(readable);
        if (event !== null) return { done: false, value: event };
      }
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
