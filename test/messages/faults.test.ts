import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { startGroup } from '../support/group.ts';
import { type DynamoDbProxy, startDynamoDbProxy, THROTTLED } from '../support/proxy.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
let proxy: DynamoDbProxy;
beforeAll(async () => {
  [table, proxy] = await Promise.all([createTestTable(), startDynamoDbProxy(dynamodbEndpoint())]);
});
afterEach(() => {
  proxy.onCall(() => 'pass');
});
afterAll(async () => {
  await proxy.stop();
  await table.drop();
});

/** A process of its own, which has seen no group yet, behind the proxy. */
function newNode(): Messages {
  const client = createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url });
  return createMessages({ dynamo: createDocumentClient(client), table: table.table });
}

const emptyIndex = () => {
  proxy.onCall(({ body }) => ('IndexName' in body ? { status: 200, body: { Items: [], Count: 0 } } : 'pass'));
};

describe('an index that does not know a new group yet', () => {
  it('hides it from no participant', async () => {
    const { ann, ben, groupId } = await startGroup(createMessages(table));
    emptyIndex();
    expect(await newNode().findMessageGroup(ben.id, groupId)).toMatchObject({ id: groupId });
    expect(await newNode().listMessages(ann.id, groupId, { limit: 1, from: 'newest' })).toMatchObject({
      rows: [{ body: 'hello' }],
    });
    expect(await newNode().sendToGroup(ben, groupId, 'hi')).toMatchObject({ outcome: 'sent' });
    expect(await newNode().sendToUser(ben, ann, 'hi')).toMatchObject({ outcome: 'sent', isNewGroup: false });
  });

  it('opens it to nobody else', async () => {
    const { groupId } = await startGroup(createMessages(table));
    emptyIndex();
    const stranger = newPerson('stranger');
    expect(await newNode().findMessageGroup(stranger.id, groupId)).toBeNull();
    expect(await newNode().listMessages(stranger.id, groupId, { limit: 1, from: 'newest' })).toBeNull();
    expect(await newNode().sendToGroup(stranger, groupId, 'hi')).toEqual({ outcome: 'group-not-found' });
  });
});

describe('an answer of DynamoDB that gets lost', () => {
  it.each(['PutItem', 'TransactWriteItems'])('does not double a message: %s', async (operation) => {
    const { ann, groupId } = await startGroup(createMessages(table));
    let lost = 0;
    proxy.onCall((call) => (call.operation === operation && lost++ === 0 ? 'lose' : 'pass'));
    const idempotency = operation === 'PutItem' ? undefined : { key: 'k', input: 'once' };
    const result = await newNode().sendToGroup(ann, groupId, 'once', idempotency);
    expect(lost).toBeGreaterThan(1);
    const stored = (await table.rows(`MSG#${groupId}`)).filter((row) => row['message'] === 'once');
    expect(stored).toHaveLength(1);
    expect(result).toMatchObject({ outcome: 'sent', replayed: false, message: { id: stored[0]?.['message_uuid'] } });
  });

  it('does not double a message on a DynamoDB that refuses a put without returning the item', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    const withoutItem = (body: object) => ({ ...body, Item: undefined });
    let puts = 0;
    proxy.onCall(({ operation }) => {
      if (operation !== 'PutItem') return 'pass';
      return puts++ === 0 ? 'lose' : { rewrite: withoutItem };
    });
    const result = await newNode().sendToGroup(ann, groupId, 'once');
    const stored = (await table.rows(`MSG#${groupId}`)).filter((row) => row['message'] === 'once');
    expect(stored).toHaveLength(1);
    expect(result).toMatchObject({ outcome: 'sent', message: { id: stored[0]?.['message_uuid'] } });
  });

  it('does not double a first message or its group', async () => {
    const [ann, ben] = [newPerson('ann'), newPerson('ben')];
    let lost = 0;
    proxy.onCall(({ operation }) => (operation === 'TransactWriteItems' && lost++ === 0 ? 'lose' : 'pass'));
    expect(await newNode().sendToUser(ann, ben, 'hello')).toMatchObject({ outcome: 'sent', isNewGroup: true });
    expect(await table.rows(`GRP#${ann.id}`)).toHaveLength(1);
    expect(await table.rows(`GRP#${ben.id}`)).toHaveLength(1);
  });
});

describe('throttling', () => {
  it('is waited out by the retries of the SDK', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    let calls = 0;
    proxy.onCall(() => (calls++ === 0 ? THROTTLED : 'pass'));
    expect(await newNode().sendToGroup(ann, groupId, 'hi')).toMatchObject({ outcome: 'sent' });
  });

  it('that goes on is an error, and nothing is written', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    const node = newNode();
    await node.findMessageGroup(ann.id, groupId);
    proxy.onCall(() => THROTTLED);
    await expect(node.sendToGroup(ann, groupId, 'hi')).rejects.toThrow('throughput');
    proxy.onCall(() => 'pass');
    expect(await table.rows(`MSG#${groupId}`)).toHaveLength(1);
  });
});

it('a transaction that meets another one is tried again', async () => {
  const [ann, ben] = [newPerson('ann'), newPerson('ben')];
  const conflict = {
    status: 400,
    body: {
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]',
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
    },
  };
  let conflicts = 0;
  proxy.onCall(({ operation }) => (operation === 'TransactWriteItems' && conflicts++ < 3 ? conflict : 'pass'));
  expect(await newNode().sendToUser(ann, ben, 'hello')).toMatchObject({ outcome: 'sent', isNewGroup: true });
  expect(conflicts).toBe(4);
});
