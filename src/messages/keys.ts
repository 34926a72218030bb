/** The index that finds the group rows of a message group: `message_group_uuid` + `sk`. */
export const GROUP_INDEX = 'message-group-sk-index';

export interface Key {
  pk: string;
  sk: string;
}

const MESSAGES_OF = 'MSG#';
const GROUPS_OF = 'GRP#';

export function messagesPk(groupId: string): string {
  return MESSAGES_OF + groupId;
}

export function groupsPk(participantId: string): string {
  return GROUPS_OF + participantId;
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

/** The written form of the first microsecond after a timestamp in written form. */
export function microsecondAfter(timestamp: string): string {
  return timestampOf((microsecondsOf(timestamp) ?? 0) + 1);
}

const CURSOR_VERSION = 'v1';

/** An opaque cursor: a version and a sort key as it is stored, never a partition key. */
export function cursorOf(sortKey: string): string {
  return Buffer.from(`${CURSOR_VERSION}:${sortKey}`).toString('base64url');
}

/** The sort key in a cursor, or what is wrong with it. */
export function parseCursor(cursor: string): { sortKey: string } | { problem: string } {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, version, sortKey] = /^(v\d+):(.*)$/s.exec(text) ?? [];
  if (version === undefined || sortKey === undefined || cursorWith(text) !== cursor) {
    return { problem: 'is not a cursor of this API' };
  }
  if (version !== CURSOR_VERSION) return { problem: `is of version ${version}, which this API does not read` };
  return microsecondsOf(sortKey) === null ? { problem: 'does not name a place in a list' } : { sortKey };
}

function cursorWith(text: string): string {
  return Buffer.from(text).toString('base64url');
}
