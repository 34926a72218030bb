import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { messagesPk, microsecondsOfId, timestampOf } from './keys.ts';
import { type Item, type Message, parseMessage, parseRows } from './rows.ts';
import type { Table } from './table.ts';

/** How long after its id was made a message may have got its row: more than all tries of a write take. */
const LATEST_ROW_MICROSECONDS = 60_000_000;
/** Nearly every row is the first one from the time of its id on. */
const FIRST_ITEMS = 10;
/** Of a megabyte each: some thousands of messages. */
const MAX_PAGES_AFTER_ID = 1;
const MAX_PAGES_BACK = 2;

/**
 * A message of a group by its id, or null. Consistent. One Query of a few items for an id that says when it was made,
 * and one of up to a megabyte if the row is not among them. For an id of the earlier backend one for each megabyte back
 * to it, of the newest two.
 */
export async function findMessage(target: Table, groupId: string, messageId: string): Promise<Message | null> {
  const pk = messagesPk(groupId);
  const made = microsecondsOfId(messageId);
  if (made === null) {
    const newestFirst = { KeyConditionExpression: 'pk = :pk', ScanIndexForward: false };
    return search(target, messageId, { ...newestFirst, ExpressionAttributeValues: { ':pk': pk } }, MAX_PAGES_BACK);
  }
  const afterId = {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': pk,
      ':from': timestampOf(made),
      ':to': timestampOf(made + LATEST_ROW_MICROSECONDS),
    },
  };
  const first = await search(target, messageId, { ...afterId, Limit: FIRST_ITEMS }, 1);
  return first ?? search(target, messageId, afterId, MAX_PAGES_AFTER_ID);
}

/** Looks through at most `maxPages` pages of a range, one Query each. */
async function search(
  { dynamo, table, onUnreadable }: Table,
  messageId: string,
  { ExpressionAttributeValues: values, ...range }: Omit<QueryCommandInput, 'TableName'>,
  maxPages: number,
): Promise<Message | null> {
  let start: Item | undefined;
  for (let page = 1; page <= maxPages; page++) {
    const answer = await dynamo.send(
      new QueryCommand({
        TableName: table,
        ...range,
        FilterExpression: 'message_uuid = :id',
        ExpressionAttributeValues: { ...values, ':id': messageId },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    const [found] = parseRows(answer.Items ?? [], parseMessage, onUnreadable);
    if (found) return found;
    start = answer.LastEvaluatedKey;
    if (!start) return null;
  }
  return null;
}
