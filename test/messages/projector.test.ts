import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { createMessages } from '../../src/messages/messages.ts';
import { newMessage } from '../../src/messages/newRows.ts';
import { createProjector, type StreamRecord } from '../../src/messages/projector.ts';
import { type Item, messageItem, type Participant } from '../../src/messages/rows.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { startGroup } from '../support/group.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from '../support/proxy.ts';
import { messageRecords, newRecord } from '../support/stream.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
let proxy: DynamoDbProxy;
beforeAll(async () => {
  [table, proxy] = await Promise.all([createTestTable(), startDynamoDbProxy(dynamodbEndpoint())]);
});
afterAll(async () => {
  await proxy.stop();
  await table.drop();
});

async function send(groupId: string, sender: Participant, count: number) {
  const messages = createMessages(table);
  for (let index = 0; index < count; index++) await messages.sendToGroup(sender, groupId, `message ${index}`);
}

/** The rows of the groups that a test made. */
async function rowsOf(...groupIds: string[]): Promise<Item[]> {
  const rows = await table.rows();
  return rows.filter((row) => groupIds.some((id) => row['message_group_uuid'] === id || row['pk'] === `MSG#${id}`));
}

async function recordsOf(...groupIds: string[]): Promise<StreamRecord[]> {
  const records = await messageRecords(table);
  return records.filter(({ newImage }) => groupIds.some((id) => newImage?.['pk'] === `MSG#${id}`));
}

/** Records in any order, with repetitions, cut into batches of any size. */
function anyDelivery(count: number) {
  const indexes = fc.shuffledSubarray([...Array(count).keys()], { minLength: count });
  return fc.record({
    order: fc.tuple(indexes, fc.array(fc.nat(count - 1), { maxLength: 5 })).map(([all, again]) => [...all, ...again]),
    batchSizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  });
}

function inBatches<Value>(values: Value[], sizes: number[]): Value[][] {
  const batches: Value[][] = [];
  for (let start = 0; start < values.length; start += sizes[(batches.length - 1) % sizes.length] ?? 1) {
    batches.push(values.slice(start, start + (sizes[batches.length % sizes.length] ?? 1)));
  }
  return batches;
}

describe('a group row that cannot be read', () => {
  it('is reported and stops nothing: its participant gets another row, and other groups of the batch move', async () => {
    const messages = createMessages(table);
    const [broken, whole] = [await startGroup(messages), await startGroup(messages)];
    const [row] = await table.rows(`GRP#${broken.ben.id}`);
    await table.put({ ...row, user_uuid: 42 });
    await send(broken.groupId, broken.ann, 1);
    await send(whole.groupId, whole.ann, 1);
    const { failedFrom, skipped } = await createProjector(table)(await recordsOf(broken.groupId, whole.groupId));
    expect(failedFrom).toBeNull();
    expect(skipped).toEqual([expect.stringContaining(`GRP#${broken.ben.id}`)]);
    for (const { ben } of [broken, whole]) {
      const { rows } = await createMessages(table).listMessageGroups(ben.id, { limit: 10, from: 'newest' });
      expect(rows).toMatchObject([{ lastMessage: { body: 'message 0' } }]);
    }
  });

  it('keeps its place from the row that its participant gets instead', async () => {
    const { ann, ben, groupId } = await startGroup(createMessages(table));
    const [row] = await table.rows(`GRP#${ben.id}`);
    await table.put({ ...row, user_uuid: 42 });
    const { failedFrom } = await createProjector(table)(await recordsOf(groupId));
    expect(failedFrom).toBeNull();
    expect(await createMessages(table).findMessageGroup(ben.id, groupId)).toMatchObject({ otherUser: { id: ann.id } });
    expect(await table.rows(`GRP#${ben.id}`)).toHaveLength(2);
  });
});

it('a write that DynamoDB will never accept does not hold up the batches after it', async () => {
  const { ann, groupId } = await startGroup(createMessages(table));
  await send(groupId, ann, 1);
  const client = createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url });
  proxy.onCall(({ operation }) =>
    operation === 'TransactWriteItems'
      ? { status: 400, body: { __type: 'com.amazon.coral.validate#ValidationException', message: 'too large' } }
      : 'pass',
  );
  const project = createProjector({ dynamo: createDocumentClient(client), table: table.table });
  const { failedFrom, skipped } = await project(await recordsOf(groupId));
  proxy.onCall(() => 'pass');
  expect(failedFrom).toBeNull();
  expect(skipped).toEqual([expect.stringMatching(new RegExp(`${groupId}.*too large`))]);
});

describe('the projector', () => {
  it('brings every row to the newest message for records in any order, repeated, in any batches', async () => {
    await fc.assert(
      fc.asyncProperty(anyDelivery(8), async ({ order, batchSizes }) => {
        const [one, other] = [await startGroup(createMessages(table)), await startGroup(createMessages(table))];
        await send(one.groupId, one.ann, 3);
        await send(other.groupId, other.ben, 3);
        const records = await recordsOf(one.groupId, other.groupId);
        const project = createProjector(table);
        for (const batch of inBatches(
          order.map((index) => records[index] as StreamRecord),
          batchSizes,
        )) {
          expect(await project(batch)).toMatchObject({ failedFrom: null });
        }
        expect(brokenInvariants(await rowsOf(one.groupId, other.groupId))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('does no harm when several run at once on the same records', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    await send(groupId, ann, 10);
    const records = await recordsOf(groupId);
    await Promise.all(records.map((record) => createProjector(table)([record])));
    expect(brokenInvariants(await rowsOf(groupId))).toEqual([]);
  });

  it('never moves a row back in time', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    await send(groupId, ann, 2);
    const records = await recordsOf(groupId);
    await createProjector(table)(records);
    const before = await rowsOf(groupId);
    for (const record of records) await createProjector(table)([record]);
    expect(await rowsOf(groupId)).toEqual(before);
  });

  it('recovers from a crash at every one of its calls, before and after the call was carried out', async () => {
    const dynamo = createDocumentClient(createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url }));
    for (const fate of ['lose', { status: 500, body: { __type: 'InternalServerError' } }] as const) {
      for (let crashAt = 1; crashAt <= 4; crashAt++) {
        const { ann, groupId } = await startGroup(createMessages(table));
        await send(groupId, ann, 2);
        const records = await recordsOf(groupId);
        let calls = 0;
        // From its n-th call on nothing answers any more: the process is gone.
        proxy.onCall(() => (++calls < crashAt ? 'pass' : calls === crashAt ? fate : { status: 500, body: {} }));
        await createProjector({ dynamo, table: table.table })(records);
        proxy.onCall(() => 'pass');
        expect(await createProjector(table)(records)).toMatchObject({ failedFrom: null });
        expect(brokenInvariants(await rowsOf(groupId))).toEqual([]);
      }
    }
  }, 60_000);

  it('reports the first record of the group that failed, and has done the other groups', async () => {
    const [good, bad] = [await startGroup(createMessages(table)), await startGroup(createMessages(table))];
    await send(good.groupId, good.ann, 2);
    await send(bad.groupId, bad.ann, 2);
    const [goodRecords, badRecords] = [await recordsOf(good.groupId), await recordsOf(bad.groupId)];
    const dynamo = createDocumentClient(createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url }));
    proxy.onCall(({ body }) => (JSON.stringify(body).includes(bad.groupId) ? { status: 500, body: {} } : 'pass'));
    const batch = [...goodRecords.slice(0, 2), ...badRecords, ...goodRecords.slice(2)];
    const { failedFrom, errors } = await createProjector({ dynamo, table: table.table })(batch);
    proxy.onCall(() => 'pass');
    expect(failedFrom).toBe(2);
    expect(errors).toHaveLength(1);
    expect(brokenInvariants(await rowsOf(good.groupId))).toEqual([]);
  }, 20_000);

  it('is not misled by an index that answers with old rows', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    const stale = (await rowsOf(groupId)).filter((row) => row['message_group_uuid'] === groupId);
    await send(groupId, ann, 1);
    await createProjector(table)(await recordsOf(groupId));
    await send(groupId, ann, 1);
    const items = stale.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? { S: value } : { BOOL: value }]),
      ),
    );
    proxy.onCall(({ body }) =>
      'IndexName' in body ? { status: 200, body: { Items: items, Count: items.length } } : 'pass',
    );
    const dynamo = createDocumentClient(createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url }));
    await createProjector({ dynamo, table: table.table })(await recordsOf(groupId));
    proxy.onCall(() => 'pass');
    expect(brokenInvariants(await rowsOf(groupId))).toEqual([]);
  });

  it('is not misled by an index that does not know the group yet', async () => {
    const { ben, groupId } = await startGroup(createMessages(table));
    await send(groupId, ben, 1);
    proxy.onCall(({ body }) => ('IndexName' in body ? { status: 200, body: { Items: [], Count: 0 } } : 'pass'));
    const dynamo = createDocumentClient(createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url }));
    const projection = await createProjector({ dynamo, table: table.table })(await recordsOf(groupId));
    proxy.onCall(() => 'pass');
    expect(projection).toEqual({ failedFrom: null, errors: [], skipped: [] });
    expect(brokenInvariants(await rowsOf(groupId))).toEqual([]);
  });

  it('makes one row for each participant where a crash of the earlier backend left two, or none', async () => {
    const { ann, ben, groupId } = await startGroup(createMessages(table));
    const [annRow] = await table.rows(`GRP#${ann.id}`);
    const [benRow] = await table.rows(`GRP#${ben.id}`);
    await table.put({ ...annRow, sk: '2020-01-01T00:00:00.000000+00:00' });
    await table.remove(benRow);
    await send(groupId, ann, 1);
    await createProjector(table)(await recordsOf(groupId));
    expect(brokenInvariants(await rowsOf(groupId))).toEqual([]);
    expect((await table.rows(`GRP#${ben.id}`))[0]).toMatchObject({ user_uuid: ann.id, user_handle: ann.handle });
  });

  it('names the sender on the other row as the message does', async () => {
    const { ann, ben, groupId } = await startGroup(createMessages(table));
    await send(groupId, { ...ann, handle: 'renamed', displayName: 'Renamed' }, 1);
    await createProjector(table)(await recordsOf(groupId));
    expect((await table.rows(`GRP#${ben.id}`))[0]).toMatchObject({
      user_handle: 'renamed',
      user_display_name: 'Renamed',
    });
  });

  it('passes over rows that are no new messages, and says which messages it cannot read', async () => {
    const { ann, ben, groupId } = await startGroup(createMessages(table));
    const [row] = await table.rows(`GRP#${ann.id}`);
    const broken = { pk: `MSG#${groupId}`, sk: '2026-11-20T20:26:11.927123Z', message: 'no id' };
    const [groupWithoutRows, sortKey] = [ben.id, '2026-11-20T20:26:11.927123Z'];
    const orphan = messageItem(
      newMessage({ id: 'x', groupId: groupWithoutRows, body: 'x', sender: newPerson('nobody'), sortKey }),
    );
    const projection = await createProjector(table)([
      newRecord(row ?? null),
      newRecord(null, 'REMOVE'),
      newRecord(broken),
      newRecord(orphan),
    ]);
    expect(projection).toMatchObject({ failedFrom: null, errors: [] });
    expect(projection.skipped).toEqual([
      expect.stringContaining('message_uuid'),
      expect.stringContaining('no group row'),
    ]);
  });

  it('costs one Query and one transaction for a group, however many messages the batch has of it', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    await send(groupId, ann, 30);
    const dynamo = createDocumentClient(createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url }));
    const calls: string[] = [];
    proxy.onCall(({ operation }) => {
      calls.push(operation);
      return 'pass';
    });
    await createProjector({ dynamo, table: table.table })(await recordsOf(groupId));
    proxy.onCall(() => 'pass');
    expect(calls).toEqual(['Query', 'TransactWriteItems']);
  });
});

it('a row that comes late to its place is told of in its participant’s log, where who is past that place looks', async () => {
  const { ann, ben, groupId } = await startGroup(createMessages(table));
  await send(groupId, ann, 1);
  const aMinuteLater = () => (Date.now() + 60_000) * 1000;
  await createProjector({ ...table, now: aMinuteLater })(await recordsOf(groupId));
  for (const { id } of [ann, ben]) {
    const told = await table.rows(`EVT#${id}`);
    expect(told).toMatchObject([{ kind: 'group', group_uuid: groupId }]);
    expect(Date.parse(String(told[0]?.['sk'])) - Date.now()).toBeGreaterThan(50_000);
  }
  expect(brokenInvariants(await rowsOf(groupId))).toEqual([]);
});
