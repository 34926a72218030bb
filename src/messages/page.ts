import { type AttributeValue, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { convertToNative } from '@aws-sdk/util-dynamodb';
import { type Item, parseRows } from './rows.ts';
import type { Table } from './table.ts';

/** A page of a list that runs newest first. Bounds are sort keys as they are stored, and exclusive. */
export interface PageRequest {
  limit: number;
  /** From which end of the range the rows are taken. */
  from: 'newest' | 'oldest';
  olderThan?: string | undefined;
  newerThan?: string | undefined;
}

/** Rows newest first; whether any follow (older) and precede (newer) is exact. */
export interface Page<Row> {
  rows: Row[];
  hasOlder: boolean;
  hasNewer: boolean;
}

type StoredItem = Record<string, AttributeValue>;

interface Partition extends Table {
  pk: string;
}

/**
 * Reads a page of one partition, consistently; rows that cannot be read are left out. One Query of at most `limit` + 2 items, and another of one item for
 * each bound whose own row is gone (a group that has moved, a cursor that nobody was given).
 */
export async function queryPage<Row extends { sortKey: string }>(
  partition: Partition,
  page: PageRequest,
  parse: (item: Item) => Row,
): Promise<Page<Row>> {
  const bounds = [page.olderThan, page.newerThan].filter((bound) => bound !== undefined);
  // The rows of the bounds are read along: they answer whether anything lies beyond.
  const rows = await queryRange(partition, page, page.limit + 2, parse);
  const inside = rows.filter((row) => !bounds.includes(row.sortKey));
  const beyondLimit = inside.length > page.limit;
  const taken = inside.slice(0, page.limit);

  const isThere = (bound: string) => rows.some((row) => row.sortKey === bound);
  const lies = async (bound: string | undefined, side: '<' | '>') =>
    bound !== undefined && (isThere(bound) || (await anyRow(partition, side, bound)));
  const newestFirst = page.from === 'newest';
  const [hasOlder, hasNewer] = await Promise.all([
    newestFirst && beyondLimit ? true : lies(page.newerThan, '<'),
    !newestFirst && beyondLimit ? true : lies(page.olderThan, '>'),
  ]);
  return { rows: newestFirst ? taken : taken.toReversed(), hasOlder, hasNewer };
}

/** Reads up to `count` rows of the range, bounds included. */
async function queryRange<Row>(
  partition: Partition,
  page: PageRequest,
  count: number,
  parse: (item: Item) => Row,
): Promise<Row[]> {
  const rows: Row[] = [];
  let start: StoredItem | undefined;
  do {
    const answer = await partition.dynamo.send(
      new QueryCommand({
        TableName: partition.table,
        ...range(partition.pk, page),
        ScanIndexForward: page.from === 'oldest',
        ConsistentRead: true,
        Limit: count - rows.length,
        ExclusiveStartKey: start,
      }),
    );
    rows.push(...parseRows((answer.Items ?? []).map(itemOf), parse, partition.onUnreadable));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined && rows.length < count);
  return rows;
}

function range(pk: string, { olderThan, newerThan }: PageRequest): Partial<QueryCommandInput> {
  const names = { '#pk': 'pk', '#sk': 'sk' };
  if (olderThan !== undefined && newerThan !== undefined) {
    return {
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :newerThan AND :olderThan',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':pk': { S: pk }, ':newerThan': { S: newerThan }, ':olderThan': { S: olderThan } },
    };
  }
  const bound = olderThan ?? newerThan;
  if (bound === undefined) {
    return {
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':pk': { S: pk } },
    };
  }
  return {
    KeyConditionExpression: `#pk = :pk AND #sk ${olderThan === undefined ? '>=' : '<='} :bound`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':pk': { S: pk }, ':bound': { S: bound } },
  };
}

async function anyRow({ dynamo, table, pk }: Partition, side: '<' | '>', bound: string): Promise<boolean> {
  const answer = await dynamo.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: `#pk = :pk AND #sk ${side} :bound`,
      ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: { ':pk': { S: pk }, ':bound': { S: bound } },
      ConsistentRead: true,
      Limit: 1,
      Select: 'COUNT',
    }),
  );
  return (answer.Count ?? 0) > 0;
}

/**
 * As the document client reads an item, at a fraction of its cost where attributes are texts, as nearly all here are:
 * a page has up to a thousand.
 */
function itemOf(stored: StoredItem): Item {
  const item: Item = {};
  for (const name in stored) {
    const value = stored[name];
    if (value) item[name] = value.S ?? convertToNative(value);
  }
  return item;
}
