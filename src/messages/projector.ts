import { createClock } from './clock.ts';
import { listGroupRows, readGroupRows } from './groupRows.ts';
import { groupIdOfMessagesPk, microsecondsOf } from './keys.ts';
import { isWhole, type News, planMove } from './move.ts';
import { type Item, type Message, type MessageGroup, parseMessage, RowError, versionOf } from './rows.ts';
import { settleRows } from './settle.ts';
import type { Table } from './table.ts';

/** A change of the table, from its stream. */
export interface StreamRecord {
  eventName: string;
  /** The whole row after the change, or null if it was removed. */
  newImage: Item | null;
  /** Grows with the changes of an item. Numbers of different items can be compared only within a shard. */
  sequenceNumber: string;
  /** When the change was stored, by DynamoDB's clock, in milliseconds since 1970; 0 if the stream does not say. */
  storedAt: number;
}

/** What became of a batch. */
export interface Projection {
  /** The place in the batch of the first record that could not be processed, or null: the batch is done. */
  failedFrom: number | null;
  /** Why, one for each message group that failed. */
  errors: unknown[];
  /** What no retry can help: a row that cannot be read, a message whose group has no row at all, a refused write. */
  skipped: string[];
}

export type Project = (records: StreamRecord[]) => Promise<Projection>;

interface GroupNews extends News {
  arrivals: Map<string, number[]>;
  /** The place in the batch of the group's first record. */
  firstIndex: number;
}

export interface ProjectorOptions extends Omit<Table, 'onUnreadable'> {
  /** Microseconds since 1970; the system's clock unless given. */
  now?: (() => number) | undefined;
}

const GROUPS_AT_ONCE = 8;

/**
 * Pattern E: keeps the group rows of all participants at the newest message of their group, as it was edited or
 * deleted, and counts the other's messages as unread. Takes records in any order, any number of times, in any batches,
 * from several projectors at once: a row only ever moves forward in time, what is unread is a set, and all rows of a
 * group move in one transaction. Costs, for each group in a batch, one Query, and one transaction
 * where a row has to move; more only where another projector was in the way or the index was behind.
 *
 * A group row that cannot be read is as good as none: its participant gets another one.
 *
 * On return every group before `failedFrom` shows a message at least as new as the batch's. Never throws for a single
 * group; what it could not do is in the result, to be delivered again.
 */
export function createProjector({ dynamo, table, now }: ProjectorOptions): Project {
  const clock = createClock(now);

  async function moveGroupRows(target: Table, news: GroupNews): Promise<'moved' | 'no-rows'> {
    const { message } = news;
    const indexed = await listGroupRows(target, message.groupId);
    // What the index says of a group that is not whole may be the index's delay: only the rows themselves count.
    const rows = isWhole(indexed) ? indexed : await readAllRows(target, message, indexed);
    if (rows.length === 0) return 'no-rows';
    await settleRows(
      { dynamo, table, clock, groupId: message.groupId },
      rows,
      () => readAllRows(target, message, rows),
      (state, planning) => planMove(state, news, planning),
    );
    return 'moved';
  }

  /** All group rows of the message's group, read consistently; none where no row says who takes part. */
  async function readAllRows(target: Table, message: Message, known: MessageGroup[]): Promise<MessageGroup[]> {
    const firstId = known[0]?.participantId ?? message.sender.id;
    const first = await readGroupRows(target, firstId, message.groupId);
    const secondId = known[0]?.otherUser.id ?? first[0]?.otherUser.id;
    if (secondId === undefined) return first;
    return [...first, ...(await readGroupRows(target, secondId, message.groupId))];
  }

  return async function project(records) {
    const { groups, skipped } = newsPerGroup(records);
    const unreadable = new Set<string>();
    const target = { dynamo, table, onUnreadable: (error: RowError) => unreadable.add(error.message) };
    const failed: { firstIndex: number; error: unknown }[] = [];
    for (let start = 0; start < groups.length; start += GROUPS_AT_ONCE) {
      const chunk = groups.slice(start, start + GROUPS_AT_ONCE);
      const outcomes = await Promise.allSettled(chunk.map((news) => moveGroupRows(target, news)));
      for (const [index, { message, firstIndex }] of chunk.entries()) {
        const outcome = outcomes[index];
        if (outcome?.status === 'rejected') {
          if (isHopeless(outcome.reason)) skipped.push(`Message group ${message.groupId}: ${String(outcome.reason)}`);
          else failed.push({ firstIndex, error: outcome.reason });
        }
        if (outcome?.status === 'fulfilled' && outcome.value === 'no-rows') {
          skipped.push(`Message group ${message.groupId} has messages but no group row`);
        }
      }
    }
    return {
      failedFrom: failed.length === 0 ? null : Math.min(...failed.map(({ firstIndex }) => firstIndex)),
      errors: failed.map(({ error }) => error),
      skipped: [...skipped, ...unreadable],
    };
  };
}

/** True for a write that DynamoDB will never accept, as of an item that is too large: the shard must go on. */
function isHopeless(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ValidationException' || error instanceof RowError);
}

/** What the records say of each group: the order in the batch is none. */
function newsPerGroup(records: StreamRecord[]): { groups: GroupNews[]; skipped: string[] } {
  const groups = new Map<string, GroupNews>();
  const skipped: string[] = [];
  for (const [index, { eventName, newImage }] of records.entries()) {
    if (newImage === null || groupIdOfMessagesPk(String(newImage['pk'])) === null) continue;
    try {
      const message = parseMessage(newImage);
      const known = groups.get(message.groupId) ?? {
        message,
        arrivals: new Map<string, number[]>(),
        firstIndex: index,
      };
      groups.set(message.groupId, known);
      if (versionOf(message.createdAt, message) > versionOf(known.message.createdAt, known.message)) {
        known.message = message;
      }
      if (eventName === 'INSERT') addArrival(known.arrivals, message);
    } catch (error) {
      skipped.push(String(error));
    }
  }
  return { groups: [...groups.values()], skipped };
}

function addArrival(arrivals: Map<string, number[]>, { sender, createdAt }: Message): void {
  const known = arrivals.get(sender.id) ?? [];
  known.push(microsecondsOf(createdAt) ?? 0);
  arrivals.set(sender.id, known);
}
