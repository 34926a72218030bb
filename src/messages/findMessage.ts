import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { messagesPk, microsecondsOfId, timestampOf } from './keys.ts';
import { type Item, type Message, parseMessage } from './rows.ts';

interface Table {
  dynamo: DynamoDBDocumentClient;
  table: string;
}

/** How long after its id was made a message may have got its row: more than all tries of a write take. */
const LATEST_ROW_MICROSECONDS = 60_000_000;
/** Of a megabyte each: some thousands of messages. */
const MOST_PAGES_BACK = 5;

/**
 * A message of a group by its id, or null. Consistent. One Query of a few items for an id that says when it was made;
 * for one of the earlier backend one for each megabyte back to it, of the newest five.
 */
export async function findMessage(target: Table, groupId: string, messageId: string): Promise<Message | null> {
  const made = microsecondsOfId(messageId);
  const found = made === null ? null : await findFrom(target, groupId, messageId, made);
  return found ?? (await findBackwards(target, groupId, messageId));
}

async function findFrom(target: Table, groupId: string, messageId: string, made: number): Promise<Message | null> {
  const range = {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': messagesPk(groupId),
      ':from': timestampOf(made),
      ':to': timestampOf(made + LATEST_ROW_MICROSECONDS),
    },
    Limit: 10,
  };
  let start: Item | undefined;
  do {
    const page = await query(target, { ...range, ExclusiveStartKey: start });
    const found = page.items.find((item) => item['message_uuid'] === messageId);
    if (found) return parseMessage(found);
    start = page.next;
  } while (start);
  return null;
}

async function findBackwards(target: Table, groupId: string, messageId: string): Promise<Message | null> {
  const filtered = {
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: 'message_uuid = :id',
    ExpressionAttributeValues: { ':pk': messagesPk(groupId), ':id': messageId },
    ScanIndexForward: false,
  };
  let start: Item | undefined;
  for (let page = 1; page <= MOST_PAGES_BACK; page++) {
    const { items, next } = await query(target, { ...filtered, ExclusiveStartKey: start });
    const [found] = items;
    if (found) return parseMessage(found);
    if (!next) return null;
    start = next;
  }
  return null;
}

async function query(
  { dynamo, table }: Table,
  input: Omit<ConstructorParameters<typeof QueryCommand>[0], 'TableName'>,
): Promise<{ items: Item[]; next: Item | undefined }> {
  const answer = await dynamo.send(new QueryCommand({ TableName: table, ConsistentRead: true, ...input }));
  return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
}
