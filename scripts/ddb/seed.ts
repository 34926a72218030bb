import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../../src/clients.ts';
import { microsecondAfter, microsecondsOf, pairKey, timestampOf } from '../../src/messages/keys.ts';
import { newGroupRows, newMessage } from '../../src/messages/newRows.ts';
import { newReading, unreadOf } from '../../src/messages/reading.ts';
import { groupItem, type Message, messageItem, pairItem, type Participant } from '../../src/messages/rows.ts';
import { putIf, write } from '../../src/messages/transaction.ts';
import { demoUsers } from '../local/demo.ts';
import { andrewAndBayko, andrewAndLondo } from './demo-messages.ts';

interface DemoGroup {
  id: string;
  participants: [Participant, Participant];
  lines: { from: string; body: string }[];
  /** Microseconds since 1970. */
  startsAt: number;
}

const BATCH = 25;
const PAUSE = 41 * 60 * 1_000_000;

const demoGroups: DemoGroup[] = [
  {
    id: '5ae290ed-55d1-47a0-bc6d-fe2bc2700401',
    participants: [demoUsers.andrewbrown, demoUsers.bayko],
    lines: andrewAndBayko,
    startsAt: Date.UTC(2026, 9, 26, 8, 15) * 1000,
  },
  {
    id: '5ae290ed-55d1-47a0-bc6d-fe2bc2700402',
    participants: [demoUsers.andrewbrown, demoUsers.londo],
    lines: andrewAndLondo,
    startsAt: Date.UTC(2026, 9, 28, 17, 40) * 1000,
  },
];

/**
 * The demo data: each group appears as a whole, with its newest message on both rows. A group that is there stays as
 * it is, also where people have written into it since.
 */
export async function seedMessages(client: DynamoDBClient, table: string): Promise<'seeded' | 'exists'> {
  const dynamo = createDocumentClient(client);
  const seeded = await Promise.all(demoGroups.map((group) => seedGroup(dynamo, table, group)));
  return seeded.includes(true) ? 'seeded' : 'exists';
}

/** The long demo group, between any two users; nothing where they share a group already. */
export async function seedBetween(
  client: DynamoDBClient,
  table: string,
  one: Participant,
  other: Participant,
): Promise<'seeded' | 'exists'> {
  const [first] = demoGroups;
  if (!first) throw new Error('There are no demo groups');
  const [andrew] = first.participants;
  const lines = first.lines.map(({ from, body }) => ({
    from: from === andrew.handle ? one.handle : other.handle,
    body,
  }));
  const id = idOf(pairKey(one.id, other.id).pk);
  const seeded = await seedGroup(createDocumentClient(client), table, {
    ...first,
    id,
    participants: [one, other],
    lines,
  });
  return seeded ? 'seeded' : 'exists';
}

/** The same UUID for the same text, so that a seed that was cut off goes on where it was. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function seedGroup(dynamo: DynamoDBDocumentClient, table: string, group: DemoGroup): Promise<boolean> {
  const [one, other] = group.participants;
  const { Item: pair } = await dynamo.send(new GetCommand({ TableName: table, Key: pairKey(one.id, other.id) }));
  if (pair) return false;
  const messages = messagesOf(group);
  await putAll(dynamo, table, messages.map(messageItem));
  const newest = messages.at(-1);
  if (!newest) return false;
  const rows = newGroupRows(newest, newest.sender.id === one.id ? other : one).map((row) => ({
    ...row,
    reading: newReading(unreadBy(row.participantId, messages)),
  }));
  const free = 'attribute_not_exists(pk)';
  const pairRow = pairItem(one.id, other.id, group.id);
  // Another group of theirs may have the same place in a list: the rows give way by a microsecond.
  for (let place = newest.sortKey; ; place = microsecondAfter(place)) {
    const refusals = await write(dynamo, [
      putIf(table, pairRow, free),
      ...rows.map((row) => putIf(table, groupItem({ ...row, sortKey: place }), free)),
    ]);
    if (refusals.length === 0) return true;
    if (refusals.some(({ item }) => item?.['pk'] === pairRow.pk)) return false;
  }
}

/** Nobody has read the demo data: all of the other one's messages. */
function unreadBy(participantId: string, messages: Message[]): number[] {
  const others = messages.filter(({ sender }) => sender.id !== participantId);
  return unreadOf(
    null,
    others.map(({ createdAt }) => microsecondsOf(createdAt) ?? 0),
  );
}

function messagesOf({ id, participants, lines, startsAt }: DemoGroup): Message[] {
  return lines.map(({ from, body }, index) => {
    const sender = participants.find(({ handle }) => handle === from);
    if (!sender) throw new Error(`${from} does not take part in demo group ${id}`);
    const createdAt = timestampOf(startsAt + index * PAUSE);
    const messageId = `${id.slice(0, 24)}${String(index + 1).padStart(12, '0')}`;
    return newMessage({ id: messageId, groupId: id, body, sender, sortKey: createdAt });
  });
}

async function putAll(dynamo: DynamoDBDocumentClient, table: string, items: Record<string, unknown>[]): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) {
    let requests = items.slice(start, start + BATCH).map((item) => ({ PutRequest: { Item: item } }));
    while (requests.length > 0) {
      const { UnprocessedItems: left } = await dynamo.send(
        new BatchWriteCommand({ RequestItems: { [table]: requests } }),
      );
      requests = (left?.[table] ?? []).flatMap(({ PutRequest: put }) =>
        put?.Item ? [{ PutRequest: { Item: put.Item } }] : [],
      );
    }
  }
}
