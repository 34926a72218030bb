import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../src/messages/rows.ts';
import type { Table } from '../../src/messages/table.ts';

/**
 * Reads a whole table page by page, in parallel segments; at most two pages of each are in memory. `onPage` may move or
 * delete the rows of its page: the next page has been read by then, since the emulator ends a segment early where the
 * row at which a page ended is gone. (DynamoDB goes on from its place.)
 */
export async function scanTable(
  { dynamo, table }: Table,
  segments: number,
  onPage: (items: Item[], segment: number) => Promise<void>,
): Promise<void> {
  const read = (segment: number, start?: Item): Promise<ScanCommandOutput> =>
    dynamo.send(
      new ScanCommand({
        TableName: table,
        ...(segments > 1 && { Segment: segment, TotalSegments: segments }),
        ExclusiveStartKey: start,
        ConsistentRead: true,
      }),
    );
  await Promise.all(
    Array.from({ length: segments }, async (_, segment) => {
      let page: ScanCommandOutput | null = await read(segment);
      while (page) {
        const next: ScanCommandOutput | null = page.LastEvaluatedKey
          ? await read(segment, page.LastEvaluatedKey)
          : null;
        await onPage(page.Items ?? [], segment);
        page = next;
      }
    }),
  );
}
