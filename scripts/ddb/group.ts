import { GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { createClock } from '../../src/messages/clock.ts';
import { listGroupRows, readGroupRows } from '../../src/messages/groupRows.ts';
import { messagesPk, microsecondsOf, pairKey, timestampOf } from '../../src/messages/keys.ts';
import { planRepair, showsExactly } from '../../src/messages/move.ts';
import { type Page, type PageRequest, queryPage } from '../../src/messages/page.ts';
import { combined, MOST_UNREAD, newReading, unreadOf } from '../../src/messages/reading.ts';
import {
  type Message,
  type MessageGroup,
  pairItem,
  parseMessage,
  parsePair,
  parseRows,
  type Participant,
} from '../../src/messages/rows.ts';
import { settleRows } from '../../src/messages/settle.ts';
import type { Planning, Step } from '../../src/messages/steps.ts';
import type { Table } from '../../src/messages/table.ts';
import { putIf } from '../../src/messages/transaction.ts';

/** All that stands in the table about one message group, read consistently. */
export interface GroupState {
  groupId: string;
  newest: Message | null;
  rows: MessageGroup[];
  /** Rows of users who take no part in the group; by the index, so one that has just gone may still be here. */
  strangers: MessageGroup[];
  /** Null where neither rows nor messages say who both are. */
  participants: [Participant, Participant] | null;
  /** The group that the pair row of the two names, or null where there is none. */
  pairGroupId: string | null;
  /** What is unread by the messages, by participant; for those whose rows know what was read. */
  unread: ReadonlyMap<string, number[]>;
}

/** Reads a group: its newest message, its rows from both participants' lists, and their pair row. */
export async function readGroup({ dynamo, table }: Table, groupId: string): Promise<GroupState> {
  const partition = { dynamo, table, pk: messagesPk(groupId) };
  const [newest] = (await queryPage(partition, { limit: 1, from: 'newest' }, parseMessage)).rows;
  const indexed = await listGroupRows({ dynamo, table }, groupId);
  const participants = participantsOf(indexed) ?? (await findSenders({ dynamo, table }, groupId));
  const ids = participants?.map(({ id }) => id) ?? [];
  const lists = await Promise.all((participants ?? []).map(({ id }) => readGroupRows({ dynamo, table }, id, groupId)));
  const rows = lists.flat();
  return {
    groupId,
    newest: newest ?? null,
    rows,
    unread: await readUnread(partition, participants ?? [], rows),
    strangers: indexed.filter(({ participantId }) => !ids.includes(participantId)),
    participants,
    pairGroupId: participants && (await findPair({ dynamo, table }, participants)),
  };
}

/** What each participant has not read, from the messages themselves; not for a row that does not know it. */
async function readUnread(
  partition: Table & { pk: string },
  participants: Participant[],
  rows: MessageGroup[],
): Promise<Map<string, number[]>> {
  const unread = new Map<string, number[]>();
  for (const { id } of participants) {
    const own = rows.filter(({ participantId }) => participantId === id);
    const { isTracked, lastReadAt } = own.length === 0 ? newReading() : combined(own.map(({ reading }) => reading));
    if (isTracked) unread.set(id, unreadOf(lastReadAt, await readArrivals(partition, id, lastReadAt)));
  }
  return unread;
}

/** When the newest messages that are not the reader's own were sent, back to a moment: as many as a row knows of. */
async function readArrivals(
  partition: Table & { pk: string },
  readerId: string,
  since: string | null,
): Promise<number[]> {
  const arrivals: number[] = [];
  let olderThan: string | undefined;
  for (;;) {
    const request: PageRequest = { limit: MOST_UNREAD, from: 'newest', olderThan };
    const page: Page<Message> = await queryPage(partition, request, parseMessage);
    const others = page.rows.filter(({ sender }) => sender.id !== readerId);
    arrivals.push(...others.map(({ createdAt }) => microsecondsOf(createdAt) ?? 0));
    const oldest = page.rows.at(-1);
    const isEnough = arrivals.length >= MOST_UNREAD || (since !== null && oldest && oldest.createdAt <= since);
    if (!page.hasOlder || !oldest || isEnough) return arrivals;
    olderThan = oldest.sortKey;
  }
}

/** One Query of one item, consistent. */
export async function hasMessages({ dynamo, table }: Table, groupId: string): Promise<boolean> {
  const partition = { dynamo, table, pk: messagesPk(groupId) };
  return (await queryPage(partition, { limit: 1, from: 'newest' }, parseMessage)).rows.length > 0;
}

/** What is broken about a group, a line each with its keys. */
export function problemsOf({
  groupId,
  newest,
  rows,
  strangers,
  participants,
  pairGroupId,
  unread,
}: GroupState): string[] {
  if (!participants) return [`MSG#${groupId}: no row and no second sender says who takes part`];
  const [one, other] = participants;
  const problems = [one, other].flatMap(({ id }) => {
    const own = rows.filter((row) => row.participantId === id);
    const otherId = id === one.id ? other.id : one.id;
    if (own.length !== 1) return [`GRP#${id}: ${own.length} rows for group ${groupId}, expected 1`];
    return own.flatMap((row) => {
      if (newest && showsExactly(row, newest, otherId)) return unreadProblems(row, unread.get(id));
      const shows = newest ? `does not show the newest message ${newest.id}` : 'has no messages';
      return [`GRP#${id} / ${row.sortKey}: group ${groupId} ${shows}`];
    });
  });
  for (const { participantId, sortKey } of strangers) {
    problems.push(`GRP#${participantId} / ${sortKey}: group ${groupId} is of ${one.id} and ${other.id} alone`);
  }
  const pair = pairKey(one.id, other.id).pk;
  if (pairGroupId === null) problems.push(`${pair}: no pair row for group ${groupId}`);
  else if (pairGroupId !== groupId) problems.push(`${pair}: names group ${pairGroupId}, but ${groupId} is there too`);
  return problems;
}

function unreadProblems({ participantId, sortKey, id, reading }: MessageGroup, expected?: number[]): string[] {
  const known = reading?.unread ?? [];
  if (!expected || expected.join() === known.join()) return [];
  const counts = `knows ${known.length} unread messages, expected ${expected.length}`;
  return [`GRP#${participantId} / ${sortKey}: group ${id} ${counts}`];
}

/**
 * Mends what follows from the messages: missing, doubled and stale group rows and a missing pair row, in one
 * transaction on conditions, as the projector writes. What another write changes meanwhile is read again. Returns the
 * group as it is then.
 */
export async function repairGroup(target: Table, state: GroupState): Promise<GroupState> {
  const group = { ...target, clock: createClock(), groupId: state.groupId };
  await settleRows(group, state, () => readGroup(target, state.groupId), planOf);
  return readGroup(target, state.groupId);
}

function planOf(state: GroupState, planning: Planning): Step[] {
  const { newest, rows, participants, pairGroupId, groupId } = state;
  if (!newest || !participants || (pairGroupId !== null && pairGroupId !== groupId)) return [];
  const [one, other] = participants;
  const pair: Step = {
    write: putIf(planning.table, pairItem(one.id, other.id, groupId), 'attribute_not_exists(pk)'),
  };
  return [
    ...planRepair({ rows, newest, participants, unread: state.unread }, planning),
    ...(pairGroupId === null ? [pair] : []),
  ];
}

/** Both participants by the group's rows: two that name each other, else one that names the other. */
function participantsOf(rows: MessageGroup[]): [Participant, Participant] | null {
  for (const row of rows) {
    const counterpart = rows.find(
      (other) => other.participantId === row.otherUser.id && other.otherUser.id === row.participantId,
    );
    if (counterpart) return [counterpart.otherUser, row.otherUser];
  }
  const [row] = rows;
  return row ? [{ id: row.participantId, handle: '', displayName: '' }, row.otherUser] : null;
}

/** Both participants by who has sent messages, where no row says it; null where only one has. */
async function findSenders(target: Table, groupId: string): Promise<[Participant, Participant] | null> {
  const senders = new Map<string, Participant>();
  const pages = paginateQuery(
    { client: target.dynamo },
    {
      TableName: target.table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': messagesPk(groupId) },
    },
  );
  for await (const { Items: items = [] } of pages) {
    for (const { sender } of parseRows(items, parseMessage)) senders.set(sender.id, sender);
    const [one, other] = [...senders.values()];
    if (one && other) return [one, other];
  }
  return null;
}

async function findPair({ dynamo, table }: Table, [one, other]: [Participant, Participant]): Promise<string | null> {
  const { Item: item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: pairKey(one.id, other.id), ConsistentRead: true }),
  );
  return item ? parsePair(item) : null;
}

/** True for a sort key in the form that this project writes. */
export function isNormal(sortKey: string): boolean {
  const microseconds = microsecondsOf(sortKey);
  return microseconds !== null && timestampOf(microseconds) === sortKey;
}
