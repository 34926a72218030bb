import { logChange } from './changes.ts';
import type { Clock } from './clock.ts';
import { findMessage } from './findMessage.ts';
import { findOwnRow, listGroupRows, readGroupRows } from './groupRows.ts';
import { isWhole } from './move.ts';
import { newReading, readUpTo } from './reading.ts';
import type { MessageGroup } from './rows.ts';
import { settleRows } from './settle.ts';
import { type Planning, replace, replaceAll, type Step } from './steps.ts';
import type { Table } from './table.ts';

export type MarkReadResult =
  { outcome: 'marked'; group: MessageGroup } | { outcome: 'group-not-found' | 'message-not-found' };

export interface MarkRead {
  /**
   * Marks everything up to a message as read, never back. On return the viewer's row says so, and if `isShown` also
   * the other participant's, even if the viewer's said so before. Messages that come in meanwhile stay unread. Costs two
   * Queries and one transaction; no transaction if all rows say so already.
   */
  markRead(viewerId: string, groupId: string, messageId: string, isShown: boolean): Promise<MarkReadResult>;
}

interface MarkReadOptions extends Table {
  clock: Clock;
}

export function createMarkRead({ clock, ...target }: MarkReadOptions): MarkRead {
  async function readRows(viewerId: string, otherUserId: string, groupId: string): Promise<MessageGroup[]> {
    const lists = await Promise.all([viewerId, otherUserId].map((id) => readGroupRows(target, id, groupId)));
    return lists.flat();
  }

  return {
    async markRead(viewerId, groupId, messageId, isShown) {
      const indexed = await listGroupRows(target, groupId);
      const own = ownOf(indexed, viewerId) ?? (await findOwnRow(target, viewerId, groupId));
      if (!own) return { outcome: 'group-not-found' };
      const message = await findMessage(target, groupId, messageId);
      if (!message) return { outcome: 'message-not-found' };
      const readAgain = () => readRows(viewerId, own.otherUser.id, groupId);
      const settled = await settleRows(
        { ...target, clock, groupId },
        isWhole(indexed) ? indexed : await readAgain(),
        readAgain,
        (rows, planning) => planMark(rows, { readerId: viewerId, lastReadAt: message.createdAt, isShown }, planning),
      );
      return { outcome: 'marked', group: marked(ownOf(settled, viewerId) ?? own, message.createdAt) };
    },
  };
}

/**
 * The writes, all of one transaction, after which the reader has read up to a moment, and the others see it if it is
 * shown. None if that is so already.
 */
function planMark(
  rows: MessageGroup[],
  { readerId, lastReadAt, isShown }: { readerId: string; lastReadAt: string; isShown: boolean },
  planning: Planning,
): Step[] {
  const { table, now } = planning;
  const own = ownOf(rows, readerId);
  if (!own) return [];
  const row = marked(own, lastReadAt);
  const others = rows.filter(({ participantId }) => participantId !== readerId);
  // A mark that could not be shown when it was made is shown when it is made again.
  const unaware = isShown ? others.filter((other) => !hasSeen(other, lastReadAt)) : [];
  if (row === own && unaware.length === 0) return [];
  const reading = row.reading ?? newReading();
  const ownSteps = (markedAt: string | null) =>
    replaceAll([own], { ...row, reading: { ...reading, markedAt } }, planning);
  if (!isShown) return ownSteps(reading.markedAt);
  const logged = { at: now, instead: reading.markedAt };
  return [
    ...ownSteps(now),
    ...unaware.map((old) => ({ write: replace(table, old, seen(old, lastReadAt)) })),
    ...logChange(table, own.id, { kind: 'read', readerId, lastReadAt }, logged).map((write) => ({ write })),
  ];
}

/** The row of somebody who has read up to a moment; the same row where nothing changes. */
function marked(row: MessageGroup, lastReadAt: string): MessageGroup {
  const before = row.reading ?? newReading();
  const reading = readUpTo(before, lastReadAt);
  return reading === before ? row : { ...row, reading };
}

/** The row of somebody whose counterpart has read up to a moment. */
function seen(row: MessageGroup, otherLastReadAt: string): MessageGroup {
  return { ...row, reading: { ...(row.reading ?? newReading()), otherLastReadAt } };
}

/** Whether a row shows that the counterpart has read up to a moment. */
function hasSeen({ reading }: MessageGroup, otherLastReadAt: string): boolean {
  return reading?.otherLastReadAt != null && reading.otherLastReadAt >= otherLastReadAt;
}

function ownOf(rows: MessageGroup[], viewerId: string): MessageGroup | undefined {
  return rows.filter(({ participantId }) => participantId === viewerId).at(-1);
}
