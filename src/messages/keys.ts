import { randomUUID } from 'node:crypto';

/** The index that finds the group rows of a message group: `message_group_uuid` + `sk`. */
export const GROUP_INDEX = 'message-group-sk-index';

export interface Key {
  pk: string;
  sk: string;
}

const MESSAGES_OF = 'MSG#';
const GROUPS_OF = 'GRP#';
const CHANGES_OF = 'EVT#';

export function messagesPk(groupId: string): string {
  return MESSAGES_OF + groupId;
}

export function groupsPk(participantId: string): string {
  return GROUPS_OF + participantId;
}

/** The changes within a message group, or those of a participant's group rows that stayed in their place. */
export function changesPk(groupOrParticipantId: string): string {
  return CHANGES_OF + groupOrParticipantId;
}

/** True for a partition whose rows are ordered by the time when they were written: what live events are read from. */
export function isLogPk(pk: string): boolean {
  return [MESSAGES_OF, GROUPS_OF, CHANGES_OF].some((prefix) => pk.startsWith(prefix));
}

/** The key of the row that keeps the message group of two users unique: the same for both orders of the two. */
export function pairKey(userId: string, otherUserId: string): Key {
  const [lower, higher] = [userId, otherUserId].sort();
  return { pk: `DM#${String(lower)}#${String(higher)}`, sk: 'DM' };
}

export function idempotencyRowKey(senderId: string, key: string): Key {
  return { pk: `IDEM#${senderId}#${key}`, sk: 'IDEM' };
}

/**
 * The group that a message row belongs to, or null for another kind of row. The row has no attribute that says it:
 * `message_group_uuid` would put it into the index of the group rows.
 */
export function groupIdOfMessagesPk(pk: string): string | null {
  return pk.startsWith(MESSAGES_OF) ? pk.slice(MESSAGES_OF.length) : null;
}

/** The participant whose list a group row is in, or null for another kind of row. */
export function participantIdOfGroupsPk(pk: string): string | null {
  return pk.startsWith(GROUPS_OF) ? pk.slice(GROUPS_OF.length) : null;
}

/** The group or participant whose changes a row tells of, or null for another kind of row. */
export function ownerIdOfChangesPk(pk: string): string | null {
  return pk.startsWith(CHANGES_OF) ? pk.slice(CHANGES_OF.length) : null;
}

/** Microseconds since 1970 as every sort key is written: `2026-11-20T20:26:11.927123Z`. */
export function timestampOf(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - milliseconds * 1000).padStart(3, '0');
  return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`);
}

const STORED_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Microseconds since 1970 of a stored sort key, or null where it is no time. Takes what the earlier backend wrote
 * too: an offset in place of the Z, none (read as UTC), fewer decimals or none.
 */
export function microsecondsOf(sortKey: string): number | null {
  const [, date, time, fraction = '', offset = 'Z'] = STORED_TIME.exec(sortKey) ?? [];
  if (date === undefined || time === undefined) return null;
  const zone = offset === 'Z' ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(-2)}`;
  const milliseconds = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(milliseconds) ? null : milliseconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

const WRITTEN_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** A stored sort key as every one is written now, or null where it is no time. */
export function writtenForm(sortKey: string): string | null {
  if (WRITTEN_TIME.test(sortKey) && !Number.isNaN(Date.parse(sortKey))) return sortKey;
  const microseconds = microsecondsOf(sortKey);
  return microseconds === null ? null : timestampOf(microseconds);
}

/** The written form of the first microsecond after a timestamp in written form. */
export function microsecondAfter(timestamp: string): string {
  return timestampOf((microsecondsOf(timestamp) ?? 0) + 1);
}

/**
 * A message id that says when the message was made: a UUID of version 7 whose 12 bits after the millisecond hold its
 * fraction (RFC 9562, section 6.2, method 3), so that the row of a message is found by its id.
 */
export function messageIdAt(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const fraction = Math.floor(((microseconds % 1000) * 4096) / 1000);
  const time = milliseconds.toString(16).padStart(12, '0');
  const [, , , ...rest] = randomUUID().split('-');
  return [time.slice(0, 8), time.slice(8), `7${fraction.toString(16).padStart(3, '0')}`, ...rest].join('-');
}

/** Microseconds since 1970 of a message id, or null where it says no time: ids of the earlier backend are random. */
export function microsecondsOfId(messageId: string): number | null {
  const [, high, low, fraction] = /^([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-/i.exec(messageId) ?? [];
  if (high === undefined || low === undefined || fraction === undefined) return null;
  return Number.parseInt(high + low, 16) * 1000 + Math.ceil((Number.parseInt(fraction, 16) * 1000) / 4096);
}
