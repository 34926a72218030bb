import { groupsPk, microsecondsOf, timestampOf } from './keys.ts';
import { groupItem, type Message, type MessageGroup, type Participant } from './rows.ts';
import { putIf, type Write } from './transaction.ts';

/** One write of a move. `takes` names the participant whose list it takes a new place in. */
export interface Step {
  write(table: string): Write;
  takes?: string;
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
 * The writes, all of one transaction, after which each participant has exactly one row that shows the newest of the
 * message and what the rows show now. None where that holds already. Each write holds only while its row is as it was
 * read. `nudges` says by how many microseconds a participant's row gives way to another group's in the same place.
 */
export function planMove(rows: MessageGroup[], message: Message, nudges: ReadonlyMap<string, number>): Step[] {
  const newest = rows.reduce(newerOf, shownOf(message));
  return participantsOf(rows).flatMap((participant) => {
    const own = rows.filter((row) => row.participantId === participant.id);
    return planOwn(own, participant, message, newest, nudges.get(participant.id) ?? 0);
  });
}

/**
 * The writes, all of one transaction, after which each of the two has exactly one row, which shows the message and
 * lies at its time, also where a row lies later now. For repairs: a move never goes back.
 */
export function planRepair(
  rows: MessageGroup[],
  newest: Message,
  [one, other]: readonly [Participant, Participant],
  nudges: ReadonlyMap<string, number>,
): Step[] {
  return [
    { participant: one, otherUser: other },
    { participant: other, otherUser: one },
  ].flatMap(({ participant: { id }, otherUser }) => {
    const own = rows.filter((row) => row.participantId === id);
    if (own.length === 1 && own.every((row) => showsExactly(row, newest, otherUser.id))) return [];
    return replaceAll(own, {
      id: newest.groupId,
      participantId: id,
      otherUser: newest.sender.id === otherUser.id ? newest.sender : otherUser,
      ...shownOf(newest),
      paired: true,
      sortKey: timestampOf((microsecondsOf(newest.createdAt) ?? 0) + (nudges.get(id) ?? 0)),
    });
  });
}

/** True where a row shows the message, lies at its time or gives way to another there, and names the other one. */
export function showsExactly(row: MessageGroup, newest: Message, otherUserId: string): boolean {
  const place = microsecondsOf(row.sortKey) ?? 0;
  const away = place - (microsecondsOf(newest.createdAt) ?? 0);
  return (
    row.lastMessage.id === newest.id &&
    row.lastMessage.body === newest.body &&
    row.lastMessageAt === newest.createdAt &&
    row.sortKey === timestampOf(place) &&
    away >= 0 &&
    away < FURTHEST_NUDGE &&
    row.otherUser.id === otherUserId
  );
}

function shownOf({ id, sender, body, createdAt }: Message): Shown {
  return { lastMessageAt: createdAt, lastMessage: { id, senderId: sender.id, body } };
}

function planOwn(
  own: MessageGroup[],
  { id, otherUser }: { id: string; otherUser: Participant },
  message: Message,
  shown: Shown,
  nudge: number,
): Step[] {
  const [only, ...others] = own;
  if (only && others.length === 0 && only.lastMessageAt >= shown.lastMessageAt) return [];
  const place = Math.max(
    ...[shown.lastMessageAt, ...own.map((row) => row.sortKey)].map((key) => microsecondsOf(key) ?? 0),
  );
  const row: MessageGroup = {
    id: message.groupId,
    participantId: id,
    otherUser: message.sender.id === otherUser.id ? message.sender : otherUser,
    lastMessageAt: shown.lastMessageAt,
    lastMessage: shown.lastMessage,
    paired: own.some(({ paired }) => paired),
    sortKey: timestampOf(place + nudge),
  };
  return replaceAll(own, row);
}

/** The writes after which a participant has this row in place of all that there are now. */
function replaceAll(own: MessageGroup[], row: MessageGroup): Step[] {
  const inPlace = own.find(({ sortKey }) => sortKey === row.sortKey);
  const leaving = own.filter((old) => old !== inPlace);
  return [
    inPlace ? replaceIfUnchanged(inPlace, row) : takePlace(row),
    ...leaving.map((old): Step => ({ write: (table) => ({ Delete: { TableName: table, ...ifUnchanged(old) } }) })),
  ];
}

function takePlace(row: MessageGroup): Step {
  return { takes: row.participantId, write: (table) => putIf(table, groupItem(row), 'attribute_not_exists(pk)') };
}

function replaceIfUnchanged(old: MessageGroup, row: MessageGroup): Step {
  const { ConditionExpression: condition, ExpressionAttributeValues: values } = ifUnchanged(old);
  return { write: (table) => putIf(table, groupItem(row), condition, values) };
}

function ifUnchanged({ participantId, sortKey, id, lastMessage }: MessageGroup) {
  const known = lastMessage.id === null ? {} : { ':last': lastMessage.id };
  const shows = lastMessage.id === null ? 'attribute_not_exists(last_message_uuid)' : 'last_message_uuid = :last';
  return {
    Key: { pk: groupsPk(participantId), sk: sortKey },
    ConditionExpression: `message_group_uuid = :group AND ${shows}`,
    ExpressionAttributeValues: { ':group': id, ...known },
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
  return other.lastMessageAt > one.lastMessageAt ? other : one;
}
