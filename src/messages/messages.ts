import { LRUCache } from 'lru-cache';
import { createClock, systemMicroseconds } from './clock.ts';
import { createEdit, type Edit } from './edit.ts';
import { findMessage } from './findMessage.ts';
import { findIndexedRow, findOwnRow, sumUnread } from './groupRows.ts';
import { groupsPk, messagesPk } from './keys.ts';
import { createMarkRead, type MarkRead } from './markRead.ts';
import { type Page, type PageRequest, queryPage } from './page.ts';
import { type LogPage, readLog } from './readLog.ts';
import { type Message, type MessageGroup, type Participant, parseGroup, parseMessage } from './rows.ts';
import { createSend, type Send } from './send.ts';
import type { Table } from './table.ts';

export interface MessagesOptions extends Table {
  /** Microseconds since 1970; the system's clock unless given. */
  now?: () => number;
  /** Hears whether the participants of a group were known here. */
  onLookup?: ((hit: boolean) => void) | undefined;
}

/** The access patterns of the messages table. */
export interface Messages extends Send, Edit, MarkRead {
  /**
   * Pattern A: a page of a group's messages, newest first, or null where the viewer does not take part in the group.
   * Consistent. One Query, and one before it the first time that the viewer's part in the group is looked up here.
   */
  listMessages(viewerId: string, groupId: string, page: PageRequest): Promise<Page<Message> | null>;
  /** Pattern B: a page of the viewer's groups, the newest message first. Consistent. One Query. */
  listMessageGroups(viewerId: string, page: PageRequest): Promise<Page<MessageGroup>>;
  /**
   * One of the viewer's groups, or null where the viewer does not take part in it. One Query of the index; a "no" from
   * it is confirmed by a consistent read of the viewer's own list.
   */
  findMessageGroup(viewerId: string, groupId: string): Promise<MessageGroup | null>;
  /** The newest message of a group, or null. One Query. Does not ask who may read it. */
  findNewestMessage(groupId: string): Promise<Message | null>;
  /** A message of a group by its id, or null. See `findMessage`. Does not ask who may read it. */
  findMessage(groupId: string, messageId: string): Promise<Message | null>;
  /** The other participant of one of the viewer's groups, or null. One Query, the first time. */
  findOtherParticipant(viewerId: string, groupId: string): Promise<Participant | null>;
  /** The viewer's unread messages, `MOST_UNREAD` at most, in the newest thousand groups. One Query. */
  countUnread(viewerId: string): Promise<number>;
  /** The time that a message gets which is written now, in microseconds since 1970. */
  now(): number;
  /** Rows of a log, oldest first, from a moment on. One Query. Does not ask who may read it. */
  readLog(pk: string, from: number): Promise<LogPage>;
}

const REMEMBERED_PARTS = 100_000;

export function createMessages({ now = systemMicroseconds, onLookup, ...target }: MessagesOptions): Messages {
  /** Who the other participant is, by group and viewer. Participants of a group never change, so a yes stays true. */
  const otherParticipants = new LRUCache<string, Participant>({ max: REMEMBERED_PARTS });

  function remember({ id, participantId, otherUser }: MessageGroup): void {
    otherParticipants.set(`${id} ${participantId}`, otherUser);
  }

  async function findMessageGroup(viewerId: string, groupId: string): Promise<MessageGroup | null> {
    const group = (await findIndexedRow(target, viewerId, groupId)) ?? (await findOwnRow(target, viewerId, groupId));
    if (group) remember(group);
    return group;
  }

  async function findOtherParticipant(viewerId: string, groupId: string): Promise<Participant | null> {
    const known = otherParticipants.get(`${groupId} ${viewerId}`);
    onLookup?.(known !== undefined);
    return known ?? (await findMessageGroup(viewerId, groupId))?.otherUser ?? null;
  }

  function readMessages(groupId: string, page: PageRequest): Promise<Page<Message>> {
    return queryPage({ ...target, pk: messagesPk(groupId) }, page, parseMessage);
  }

  const clock = createClock(now);
  const send = createSend({ ...target, clock, findOtherParticipant });
  const takesPart = async (viewerId: string, groupId: string) =>
    (await findOtherParticipant(viewerId, groupId)) !== null;

  return {
    ...send,
    ...createEdit({ ...target, clock, takesPart }),
    ...createMarkRead({ ...target, clock }),

    async sendToUser(...draft) {
      const result = await send.sendToUser(...draft);
      if (result.outcome === 'sent') remember(result.group);
      return result;
    },

    async listMessages(viewerId, groupId, page) {
      // Not side by side: how long a read takes would tell strangers that the group exists.
      const other = await findOtherParticipant(viewerId, groupId);
      return other && readMessages(groupId, page);
    },

    async listMessageGroups(viewerId, page) {
      const groups = await queryPage({ ...target, pk: groupsPk(viewerId) }, page, parseGroup);
      groups.rows.forEach(remember);
      return groups;
    },

    now,
    findMessageGroup,
    findOtherParticipant,
    findMessage: (groupId, messageId) => findMessage(target, groupId, messageId),
    countUnread: (viewerId) => sumUnread(target, viewerId),
    readLog: (pk, from) => readLog(target, pk, from),

    async findNewestMessage(groupId) {
      const { rows } = await readMessages(groupId, { limit: 1, from: 'newest' });
      return rows[0] ?? null;
    },
  };
}
