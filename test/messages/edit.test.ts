import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { messageIdAt, timestampOf } from '../../src/messages/keys.ts';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import { createProjector, type StreamRecord } from '../../src/messages/projector.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { startGroup } from '../support/group.ts';
import { startDynamoDbProxy } from '../support/proxy.ts';
import { newRecord } from '../support/stream.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
let messages: Messages;
beforeAll(async () => {
  table = await createTestTable();
  messages = createMessages(table);
});
afterAll(() => table.drop());

/** The message's row as the stream shows it now. */
async function imageOf(groupId: string, eventName: string): Promise<StreamRecord> {
  const [newImage = null] = (await table.rows(`MSG#${groupId}`)).slice(-1);
  return newRecord(newImage, eventName);
}

async function preview(participantId: string, groupId: string) {
  return (await messages.findMessageGroup(participantId, groupId))?.lastMessage;
}

describe('editing a message', () => {
  it('changes its text and says when, for the same text only once', async () => {
    const { ann, groupId, firstId: id } = await startGroup(messages);
    const first = await messages.editMessage(ann.id, groupId, id, 'edited', true);
    expect(first).toMatchObject({ outcome: 'changed', message: { body: 'edited', editedAt: expect.any(String) } });
    const rows = await table.rows();
    expect(await messages.editMessage(ann.id, groupId, id, 'edited', true)).toEqual(first);
    expect(await table.rows()).toEqual(rows);
  });

  it('is for its sender alone, and not possible once it was deleted', async () => {
    const { ann, ben, groupId, firstId: id } = await startGroup(messages);
    expect(await messages.editMessage(ben.id, groupId, id, 'x', true)).toEqual({ outcome: 'not-the-sender' });
    expect(await messages.deleteMessage(ben.id, groupId, id)).toEqual({ outcome: 'not-the-sender' });
    expect(await messages.editMessage(newPerson('cat').id, groupId, id, 'x', true)).toEqual({
      outcome: 'group-not-found',
    });
    const deleted = await messages.deleteMessage(ann.id, groupId, id);
    expect(deleted).toMatchObject({ outcome: 'changed', message: { body: null, deletedAt: expect.any(String) } });
    expect(await messages.deleteMessage(ann.id, groupId, id)).toEqual(deleted);
    expect(await messages.editMessage(ann.id, groupId, id, 'x', true)).toEqual({ outcome: 'deleted' });
    expect(JSON.stringify(await table.rows(`MSG#${groupId}`))).not.toContain('hello');
  });

  it.each([
    ['that says when it was made', (made: number) => messageIdAt(made), 2],
    ['of the earlier backend', () => randomUUID(), 2],
  ])('of an invented id %s reads a bounded number of pages of a busy group', async (_kind, idOf, maxQueries) => {
    const { ann, groupId } = await startGroup(messages);
    const made = Date.now() * 1000;
    const row = { pk: `MSG#${groupId}`, message: 'x'.repeat(4000), user_uuid: ann.id, user_handle: 'ann' };
    const rows = Array.from({ length: 1500 }, (_, n) => ({
      ...row,
      sk: timestampOf(made + n * 40_000),
      message_uuid: randomUUID(),
    }));
    await table.load(rows);
    let queries = 0;
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    const client = createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url });
    const behindProxy = createMessages({ dynamo: createDocumentClient(client), table: table.table });
    await behindProxy.findMessageGroup(ann.id, groupId);
    proxy.onCall(({ operation }) => {
      if (operation === 'Query') queries++;
      return 'pass';
    });
    const result = await behindProxy.editMessage(ann.id, groupId, idOf(made), 'x', true).finally(() => proxy.stop());
    expect(result).toEqual({ outcome: 'message-not-found' });
    expect(queries).toBeLessThanOrEqual(maxQueries);
  });

  it('by several at once leaves one of the texts, and one entry in the log', async () => {
    const { ann, groupId, firstId: id } = await startGroup(messages);
    const texts = Array.from({ length: 8 }, (_, n) => `text ${n}`);
    await Promise.all(texts.map((text) => messages.editMessage(ann.id, groupId, id, text, true)));
    const [row] = await table.rows(`MSG#${groupId}`);
    expect(texts).toContain(row?.['message']);
    expect(await table.rows(`EVT#${groupId}`)).toMatchObject([{ message_uuid: id, sk: row?.['edited_at'] }]);
  });

  it('whose answer is lost has happened once', async () => {
    const { ann, groupId, firstId: id } = await startGroup(messages);
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    const dynamo = createDocumentClient(createDynamoDbClient({ ...table.config, dynamodbEndpoint: proxy.url }));
    let lost = 0;
    proxy.onCall(({ operation }) => (operation === 'TransactWriteItems' && lost++ === 0 ? 'lose' : 'pass'));
    const result = await createMessages({ dynamo, table: table.table }).editMessage(
      ann.id,
      groupId,
      id,
      'edited',
      true,
    );
    await proxy.stop();
    expect(lost).toBeGreaterThan(0);
    expect(result.outcome).toBe('changed');
    expect(await table.rows(`EVT#${groupId}`)).toHaveLength(1);
  });
});

describe('the preview of a group', () => {
  it('follows edits and the deletion of its newest message, in any order and repeated', async () => {
    const { ann, ben, groupId, firstId: id } = await startGroup(messages);
    const sent = await imageOf(groupId, 'INSERT');
    await messages.editMessage(ann.id, groupId, id, 'edited', true);
    const edited = await imageOf(groupId, 'MODIFY');
    await messages.editMessage(ann.id, groupId, id, 'again', true);
    const again = await imageOf(groupId, 'MODIFY');
    const project = createProjector(table);
    for (const record of [again, edited, sent, edited]) await project([record]);
    for (const { id: participantId } of [ann, ben]) {
      expect(await preview(participantId, groupId)).toMatchObject({ body: 'again', deletedAt: null });
    }
    await messages.deleteMessage(ann.id, groupId, id);
    const deleted = await imageOf(groupId, 'MODIFY');
    for (const record of [deleted, again, sent, deleted]) await project([record]);
    expect(await preview(ben.id, groupId)).toMatchObject({ body: null, deletedAt: expect.any(String) });
    expect(JSON.stringify(await table.rows(`GRP#${ben.id}`))).not.toContain('again');
  });

  it('stays where an older message is edited', async () => {
    const { ann, ben, groupId, firstId: id } = await startGroup(messages);
    await messages.sendToGroup(ben, groupId, 'newer');
    const rows = await table.rows(`MSG#${groupId}`);
    await createProjector(table)(rows.map((newImage) => newRecord(newImage)));
    await messages.editMessage(ann.id, groupId, id, 'edited', true);
    const [edited = null] = (await table.rows(`MSG#${groupId}`)).filter((row) => row['message'] === 'edited');
    await createProjector(table)([newRecord(edited, 'MODIFY')]);
    expect(await preview(ann.id, groupId)).toMatchObject({ body: 'newer' });
  });
});
