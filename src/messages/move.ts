import { microsecondsOf, timestampOf } from './keys.ts';
import { combined, isSameReading, newReading, withArrivals } from './reading.ts';
import { type Message, type MessageGroup, type Participant, type Reading, versionOf } from './rows.ts';
import { type Planning, replaceAll, type Step } from './steps.ts';

/** What a batch of records says of a group. */
export interface News {
  /** The newest of its messages, as the newest of its versions. */
  message: Message;
  /** When new messages were sent, by their sender, in microseconds since 1970. */
  arrivals: ReadonlyMap<string, readonly number[]>;
}

/** The message that a group row shows. */
type Shown = Pick<MessageGroup, 'lastMessageAt' | 'lastMessage'>;

/** How many microseconds a row may lie behind its message, where other groups were in its place. */
const FURTHEST_NUDGE = 1000;

/** True where the rows are what they must be: one for each of two participants, each naming the other. */
export function isWhole(rows: MessageGroup[]): boolean {
  const [one, other] = rows;
  return rows.length === 2 && one?.participantId === other?.otherUser.id && other?.participantId === one?.otherUser.id;
}

/**
 * The writes, all of one transaction, after which each participant has exactly one row, which shows the newest of the
 * message and what the rows show now, and counts the new messages of the other one as unread. None where that holds
 * already. Each write holds only while its row is as it was read.
 */
export function planMove(rows: MessageGroup[], news: News, planning: Planning): Step[] {
  const newest = rows.reduce(newerOf, shownOf(news.message));
  return participantsOf(rows).flatMap((participant) => {
    const own = rows.filter((row) => row.participantId === participant.id);
    return planOwn(own, participant, news, newest, planning);
  });
}

/** What a group has to become. */
interface Repair {
  rows: MessageGroup[];
  newest: Message;
  participants: readonly [Participant, Participant];
  /** What is unread by the messages, by participant. */
  unread: ReadonlyMap<string, number[]>;
}

/**
 * The writes, all of one transaction, after which each of the two has exactly one row, which shows the message and
 * lies at its time, also where a row lies later now. For repairs: a move never goes back.
 */
export function planRepair({ rows, newest, participants: [one, other], unread }: Repair, planning: Planning): Step[] {
  return [
    { participant: one, otherUser: other },
    { participant: other, otherUser: one },
  ].flatMap(({ participant: { id }, otherUser }) => {
    const own = rows.filter((row) => row.participantId === id);
    const bookkeeping = bookkeepingOf(own);
    const reading = { ...bookkeeping.reading, unread: unread.get(id) ?? bookkeeping.reading.unread };
    const isRead = isSameReading(reading, bookkeeping.reading);
    if (isRead && own.length === 1 && own.every((row) => showsExactly(row, newest, otherUser.id))) return [];
    const place = (microsecondsOf(newest.createdAt) ?? 0) + (planning.nudges.get(id) ?? 0);
    const row: MessageGroup = {
      ...bookkeeping,
      id: newest.groupId,
      participantId: id,
      otherUser: newest.sender.id === otherUser.id ? newest.sender : otherUser,
      ...shownOf(newest),
      paired: true,
      reading,
      sortKey: timestampOf(place),
    };
    return replaceAll(own, row, planning);
  });
}

/** True where a row shows the message, lies at its time or gives way to another there, and names the other one. */
export function showsExactly(row: MessageGroup, newest: Message, otherUserId: string): boolean {
  const place = microsecondsOf(row.sortKey) ?? 0;
  const away = place - (microsecondsOf(newest.createdAt) ?? 0);
  return (
    row.lastMessage.id === newest.id &&
    row.lastMessage.body === newest.body &&
    row.lastMessage.editedAt === newest.editedAt &&
    row.lastMessage.deletedAt === newest.deletedAt &&
    row.lastMessageAt === newest.createdAt &&
    row.sortKey === timestampOf(place) &&
    away >= 0 &&
    away < FURTHEST_NUDGE &&
    row.otherUser.id === otherUserId
  );
}

function shownOf({ id, sender, body, editedAt, deletedAt, createdAt }: Message): Shown {
  return { lastMessageAt: createdAt, lastMessage: { id, senderId: sender.id, body, editedAt, deletedAt } };
}

function planOwn(
  own: MessageGroup[],
  { id, otherUser }: { id: string; otherUser: Participant },
  { message, arrivals }: News,
  shown: Shown,
  planning: Planning,
): Step[] {
  const { reading: before, ...bookkeeping } = bookkeepingOf(own);
  const shownBefore = own.reduce((latest, row) => (row.lastMessageAt > latest ? row.lastMessageAt : latest), '');
  const reading = withArrivals(before, shownBefore, arrivals.get(otherUser.id) ?? []);
  const [only, ...others] = own;
  // A row that does not know what was read begins to with the first message that it does not show yet.
  const isRead = isSameReading(reading, before) || (!before.isTracked && reading.unread.length === 0);
  if (only && others.length === 0 && !isOlder(only, shown) && isRead) return [];
  const place = Math.max(
    ...[shown.lastMessageAt, ...own.map((row) => row.sortKey)].map((key) => microsecondsOf(key) ?? 0),
  );
  const row: MessageGroup = {
    ...bookkeeping,
    id: message.groupId,
    participantId: id,
    otherUser: message.sender.id === otherUser.id ? message.sender : otherUser,
    lastMessageAt: shown.lastMessageAt,
    lastMessage: shown.lastMessage,
    reading,
    sortKey: timestampOf(place + (planning.nudges.get(id) ?? 0)),
  };
  return replaceAll(own, row, planning);
}

/** What a row takes over from those that it replaces. */
function bookkeepingOf(
  own: MessageGroup[],
): Pick<MessageGroup, 'changedAt' | 'paired' | 'revision'> & { reading: Reading } {
  const changes = own.map(({ changedAt }) => changedAt).filter((changedAt) => changedAt !== null);
  return {
    changedAt: changes.sort().at(-1) ?? null,
    paired: own.some(({ paired }) => paired),
    revision: 0,
    reading: own.length === 0 ? newReading() : combined(own.map(({ reading }) => reading)),
  };
}

/** Both participants, also where only one of them has a row: it names the other. */
function participantsOf(rows: MessageGroup[]): { id: string; otherUser: Participant }[] {
  const byId = new Map(rows.map((row) => [row.participantId, row.otherUser]));
  for (const { participantId, otherUser } of rows) {
    if (!byId.has(otherUser.id)) byId.set(otherUser.id, { id: participantId, handle: '', displayName: '' });
  }
  return [...byId].map(([id, otherUser]) => ({ id, otherUser }));
}

function newerOf(one: Shown, other: Shown): Shown {
  return isOlder(one, other) ? other : one;
}

function isOlder(one: Shown, other: Shown): boolean {
  return versionOf(one.lastMessageAt, one.lastMessage) < versionOf(other.lastMessageAt, other.lastMessage);
}
