import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { createMessages } from '../../src/messages/messages.ts';
import { followServerClock } from '../../src/serverClock.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await createTestTable();
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => table.drop());

/** A node whose machine's clock is wrong from now on. */
function newNode(aheadMs: number) {
  const trueTime = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => trueTime() + aheadMs);
  const client = createDynamoDbClient(table.config);
  const changes: number[] = [];
  const now = followServerClock(client, { warn: ({ behindMs }: { behindMs: number }) => changes.push(behindMs) });
  const messages = createMessages({ dynamo: createDocumentClient(client), table: table.table, now });
  return { messages, changes, trueTime };
}

async function sendFrom({ messages }: ReturnType<typeof newNode>): Promise<number> {
  const sent = await messages.sendToUser(newPerson('ann'), newPerson('ben'), 'hello');
  if (sent.outcome !== 'sent') throw new Error(sent.outcome);
  return Date.parse(sent.message.createdAt);
}

describe('a node whose clock is wrong', () => {
  it.each([120_000, -120_000, 3_600_000])('writes its first message at the true time, %d ms off', async (aheadMs) => {
    const node = newNode(aheadMs);
    expect(Math.abs((await sendFrom(node)) - node.trueTime())).toBeLessThan(2500);
    await sendFrom(node);
    expect(node.changes).toHaveLength(1);
  });

  it('goes by its own clock again when that is set right', async () => {
    const node = newNode(120_000);
    await sendFrom(node);
    jest.restoreAllMocks();
    await sendFrom(node);
    expect(node.changes).toEqual([expect.any(Number), 0]);
  });
});

it('a node whose clock is right within two seconds goes by it', async () => {
  const node = newNode(1000);
  await sendFrom(node);
  expect(node.changes).toEqual([]);
});
