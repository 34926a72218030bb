import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../src/messages/rows.ts';
import type { Table } from './group.ts';

/** Reads a whole table page by page, in parallel segments; each page is dealt with before the next of its segment. */
export async function scanTable(
  { dynamo, table }: Table,
  segments: number,
  onPage: (items: Item[], segment: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: segments }, async (_, segment) => {
      let start: Item | undefined;
      do {
        const answer = await dynamo.send(
          new ScanCommand({
            TableName: table,
            Segment: segment,
            TotalSegments: segments,
            ExclusiveStartKey: start,
            ConsistentRead: true,
          }),
        );
        await onPage(answer.Items ?? [], segment);
        start = answer.LastEvaluatedKey;
      } while (start !== undefined);
    }),
  );
}
