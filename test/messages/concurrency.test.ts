import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timestampOf } from '../../src/messages/keys.ts';
import { createMessages } from '../../src/messages/messages.ts';
import type { SendResult, Sent } from '../../src/messages/send.ts';
import { startGroup } from '../support/group.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { drainStream } from '../support/stream.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await createTestTable();
});
afterAll(() => table.drop());

const frozen = () => 1_795_206_371_927_123;

/** So many processes of the API, none of which knows of the others. */
function nodes(count: number, now?: () => number) {
  return Array.from({ length: count }, () => createMessages({ ...table, ...(now && { now }) }));
}

function sentOf(result: SendResult | undefined): Sent {
  if (result?.outcome !== 'sent') throw new Error(`not sent: ${String(result?.outcome)}`);
  return result;
}

async function expectWhole() {
  await drainStream(table);
  expect(brokenInvariants(await table.rows())).toEqual([]);
}

describe('messages that are sent at the same moment', () => {
  it('50 first messages between two people from both sides make one group with 50 messages', async () => {
    const [ann, ben] = [newPerson('ann'), newPerson('ben')];
    const results = await Promise.all(
      nodes(50).map((node, index) =>
        index % 2 ? node.sendToUser(ann, ben, `a${index}`) : node.sendToUser(ben, ann, `b${index}`),
      ),
    );
    const sent = results.map(sentOf);
    const groupIds = new Set(sent.map(({ message }) => message.groupId));
    expect(groupIds.size).toBe(1);
    expect(sent.filter(({ isNewGroup }) => isNewGroup)).toHaveLength(1);
    const rows = await table.rows(`MSG#${[...groupIds].join()}`);
    expect(new Set(rows.map((row) => row['message'])).size).toBe(50);
    await expectWhole();
  });

  it('500 messages into one group within one frozen microsecond are all stored, each at a time of its own', async () => {
    const { ann, ben, groupId } = await startGroup(createMessages(table));
    const results = await Promise.all(
      nodes(10, frozen).flatMap((node, n) =>
        Array.from({ length: 50 }, (_, index) => node.sendToGroup(index % 2 ? ann : ben, groupId, `${n}-${index}`)),
      ),
    );
    expect(new Set(results.map((result) => sentOf(result).message.createdAt)).size).toBe(500);
    const rows = await table.rows(`MSG#${groupId}`);
    expect(new Set(rows.map((row) => row['message'])).size).toBe(501);
    await expectWhole();
  }, 120_000);

  it('groups of one user that start within one frozen microsecond keep a row each', async () => {
    const ann = newPerson('ann');
    const others = Array.from({ length: 20 }, (_, index) => newPerson(`other${index}`));
    await Promise.all(others.map((other) => createMessages({ ...table, now: frozen }).sendToUser(ann, other, 'hi')));
    expect(await table.rows(`GRP#${ann.id}`)).toHaveLength(20);
    await expectWhole();
  });

  it('groups of one user whose newest messages carry one time keep a row each', async () => {
    const ann = newPerson('ann');
    const others = Array.from({ length: 10 }, (_, index) => newPerson(`other${index}`));
    const groups = await Promise.all(others.map((other) => createMessages(table).sendToUser(ann, other, 'hi')));
    const oneMoment = (Date.now() + 60_000) * 1000;
    const groupIds = groups.map((group) => sentOf(group).message.groupId);
    const again = await Promise.all(
      groupIds.map((groupId) => createMessages({ ...table, now: () => oneMoment }).sendToGroup(ann, groupId, 'later')),
    );
    expect(new Set(again.map((result) => sentOf(result).message.createdAt)).size).toBe(1);
    await expectWhole();
    const rows = await table.rows(`GRP#${ann.id}`);
    expect(rows).toHaveLength(10);
    expect(rows.every((row) => row['message'] === 'later' && row['last_message_at'] === timestampOf(oneMoment))).toBe(
      true,
    );
  });
});

describe('an idempotency key', () => {
  const key = (input: string) => ({ key: 'key-1', input });

  it('sent 50 times at once makes one message, and every answer is that message', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    const results = await Promise.all(nodes(50).map((node) => node.sendToGroup(ann, groupId, 'once', key('once'))));
    const sent = results.map(sentOf);
    expect(new Set(sent.map(({ message }) => message.id)).size).toBe(1);
    expect(sent.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await table.rows(`MSG#${groupId}`)).toHaveLength(2);
  });

  it('sent 50 times at once as a first message makes one group with one message', async () => {
    const [ann, ben] = [newPerson('ann'), newPerson('ben')];
    const results = await Promise.all(nodes(50).map((node) => node.sendToUser(ann, ben, 'once', key('once'))));
    const sent = results.map(sentOf);
    expect(new Set(sent.map(({ message }) => message.id)).size).toBe(1);
    expect(sent.every(({ isNewGroup }) => isNewGroup)).toBe(true);
    await expectWhole();
  });

  it('with another input is refused, and nothing is written', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    const [node] = nodes(1);
    await node?.sendToGroup(ann, groupId, 'one', key('one'));
    const before = await table.rows();
    expect(await node?.sendToGroup(ann, groupId, 'two', key('two'))).toEqual({ outcome: 'idempotency-key-reused' });
    expect(await table.rows()).toHaveLength(before.length);
  });

  it('belongs to its sender: another person may use the same one', async () => {
    const { ann, ben, groupId } = await startGroup(createMessages(table));
    const [node] = nodes(1);
    const first = sentOf(await node?.sendToGroup(ann, groupId, 'same', key('same')));
    const second = sentOf(await node?.sendToGroup(ben, groupId, 'same', key('same')));
    expect(second.replayed).toBe(false);
    expect(second.message.id).not.toBe(first.message.id);
  });

  it('is free again when its time is over, though DynamoDB has not taken the row away yet', async () => {
    const { ann, groupId } = await startGroup(createMessages(table));
    const [node] = nodes(1);
    const first = sentOf(await node?.sendToGroup(ann, groupId, 'one', key('one')));
    const rows = await table.rows(`IDEM#${ann.id}`);
    await table.put(...rows.map((row) => ({ ...row, expires_at: Math.floor(Date.now() / 1000) - 1 })));
    const second = sentOf(await node?.sendToGroup(ann, groupId, 'two', key('two')));
    expect(second.message.id).not.toBe(first.message.id);
    expect(second.replayed).toBe(false);
  });
});
