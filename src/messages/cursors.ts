import { microsecondsOf, timestampOf } from './keys.ts';
import { decodeTimes, encodeTimes } from './times.ts';

/** How far a reader of two logs has come: it has everything up to `base`, and after it what is in `delivered`. */
export interface Position {
  /** Microseconds since 1970. */
  base: number;
  /** For each log the times of the rows after `base`, in microseconds since 1970. No two rows of a log share one. */
  delivered: [ReadonlySet<number>, ReadonlySet<number>];
}

const PAGE_VERSION = 'v1';
const POSITION_VERSION = 'e1';
/** What is made here is shorter: a few hundred times, of a few characters each. */
const MAX_LENGTH = 16_000;
const MAX_DELIVERED = 2000;
const NO_PLACE = { problem: 'does not name a place in a list' };

/** An opaque cursor: a version and a sort key as it is stored, never a partition key. */
export function cursorOf(sortKey: string): string {
  return encode(`${PAGE_VERSION}:${sortKey}`);
}

export type ParsedCursor = { sortKey: string } | { problem: string };

/** The sort key in a cursor of a page, or the newest one in a cursor of an event; or what is wrong with it. */
export function parseCursor(cursor: string): ParsedCursor {
  const { version, rest } = decode(cursor);
  if (version !== POSITION_VERSION) return parsePageCursor(cursor, (sortKey) => microsecondsOf(sortKey) !== null);
  const position = positionOf(rest);
  return position ? { sortKey: timestampOf(newestOf(position)) } : NO_PLACE;
}

/** The sort key in a cursor of a page, for a list that has such sort keys; or what is wrong with it. */
export function parsePageCursor(cursor: string, isSortKey: (text: string) => boolean): ParsedCursor {
  const { version, rest } = decode(cursor);
  if (version === null) return { problem: 'is not a cursor of this API' };
  if (version !== PAGE_VERSION) return { problem: `is of version ${version}, which this API does not read` };
  return isSortKey(rest) ? { sortKey: rest } : NO_PLACE;
}

/** The opaque cursor of an event: all that a reader has, so that it can go on without a gap and without a repetition. */
export function positionCursorOf({ base, delivered }: Position): string {
  return encode([POSITION_VERSION, base.toString(36), ...delivered.map((times) => encodeTimes(base, times))].join(':'));
}

/** The position in the cursor of an event, or null for any other cursor. */
export function parsePosition(cursor: string): Position | null {
  const { version, rest } = decode(cursor);
  return version === POSITION_VERSION ? positionOf(rest) : null;
}

/** The newest row that a reader has. */
export function newestOf({ base, delivered: [one, other] }: Position): number {
  return [...one, ...other].reduce((newest, time) => Math.max(newest, time), base);
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function decode(cursor: string): { version: string | null; rest: string } {
  if (cursor.length > MAX_LENGTH) return { version: null, rest: '' };
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, version, rest] = /^([ev]\d+):(.*)$/s.exec(text) ?? [];
  const isOurs = version !== undefined && rest !== undefined && encode(text) === cursor;
  return isOurs ? { version, rest } : { version: null, rest: '' };
}

const LATEST = Date.UTC(9999, 0) * 1000;

function positionOf(text: string): Position | null {
  const [, first, one, other] = /^([0-9a-z]{1,12}):([0-9a-z.]*):([0-9a-z.]*)$/.exec(text) ?? [];
  if (first === undefined || one === undefined || other === undefined) return null;
  const base = Number.parseInt(first, 36);
  const position: Position = { base, delivered: [new Set(decodeTimes(base, one)), new Set(decodeTimes(base, other))] };
  const [ofOne, ofOther] = position.delivered;
  if (ofOne.size + ofOther.size > MAX_DELIVERED) return null;
  const newest = newestOf(position);
  return Number.isSafeInteger(newest) && newest <= LATEST ? position : null;
}
