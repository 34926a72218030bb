import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { microsecondsOf, timestampOf } from './keys.ts';
import type { Item } from './rows.ts';

/** A row of a log. */
export interface LogRow {
  /** When it was written, in microseconds since 1970: the row's sort key. */
  at: number;
  item: Item;
}

export interface LogPage {
  /** Oldest first. */
  rows: LogRow[];
  /** True where later rows may follow. */
  hasMore: boolean;
}

const LARGEST_PAGE = 100;

/** The first 100 rows of a log from a moment on, in microseconds since 1970, that moment included. Consistent. */
export async function readLog(
  { dynamo, table }: { dynamo: DynamoDBDocumentClient; table: string },
  pk: string,
  from: number,
): Promise<LogPage> {
  const answer = await dynamo.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk >= :from',
      ExpressionAttributeValues: { ':pk': pk, ':from': timestampOf(from) },
      ConsistentRead: true,
      Limit: LARGEST_PAGE,
    }),
  );
  const rows = (answer.Items ?? []).flatMap((item) => {
    const at = microsecondsOf(String(item['sk']));
    return at === null ? [] : [{ at, item }];
  });
  return { rows, hasMore: answer.LastEvaluatedKey !== undefined };
}
