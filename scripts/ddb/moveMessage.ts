import { timestampOf } from '../../src/messages/keys.ts';
import type { Item } from '../../src/messages/rows.ts';
import type { Table } from '../../src/messages/table.ts';
import { putIf, write } from '../../src/messages/transaction.ts';

/**
 * Moves a message row to another key, with all its attributes: put and delete in one transaction. Where another
 * message has the place, the next free microsecond is taken, so that both stay. Returns the new sort key, or null
 * where the row was not there any more.
 */
export async function moveMessage(
  { dynamo, table }: Table,
  item: Item,
  pk: string,
  microseconds: number,
): Promise<string | null> {
  for (let place = microseconds; ; place++) {
    const sk = timestampOf(place);
    const refusals = await write(dynamo, [
      {
        Delete: {
          TableName: table,
          Key: { pk: item['pk'], sk: item['sk'] },
          ConditionExpression: 'message_uuid = :message',
          ExpressionAttributeValues: { ':message': item['message_uuid'] },
        },
      },
      putIf(table, { ...item, pk, sk }, 'attribute_not_exists(pk)'),
    ]);
    if (refusals.length === 0) return sk;
    if (refusals.some(({ index }) => index === 0)) return null;
  }
}
