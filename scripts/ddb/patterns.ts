import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { groupsPk, messagesPk } from '../../src/messages/keys.ts';
import { type Item, parseGroup, parseMessage } from '../../src/messages/rows.ts';

/** Rows as a person reads them, and the read units that DynamoDB charged. */
export interface PatternPage<Row> {
  rows: Row[];
  units: number;
}

/** Pattern A: one Query of the newest messages of a group. */
export async function findMessagePage(dynamo: DynamoDBDocumentClient, table: string, groupId: string, limit: number) {
  return query(dynamo, table, messagesPk(groupId), limit, (item) => {
    const { createdAt, sender, body } = parseMessage(item);
    return { createdAt, sender: sender.handle, body };
  });
}

/** Pattern B: one Query of the groups of a user, the newest message first. */
export async function findGroupPage(dynamo: DynamoDBDocumentClient, table: string, userId: string, limit: number) {
  return query(dynamo, table, groupsPk(userId), limit, (item) => {
    const { id, lastMessageAt, otherUser, lastMessage } = parseGroup(item);
    return { group: id, lastMessageAt, with: otherUser.handle, lastMessage: lastMessage.body };
  });
}

async function query<Row>(
  dynamo: DynamoDBDocumentClient,
  table: string,
  pk: string,
  limit: number,
  show: (item: Item) => Row,
): Promise<PatternPage<Row>> {
  const answer = await dynamo.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ScanIndexForward: false,
      Limit: limit,
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  return { rows: (answer.Items ?? []).map(show), units: answer.ConsumedCapacity?.CapacityUnits ?? 0 };
}
