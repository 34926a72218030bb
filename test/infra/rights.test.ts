import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { changesPk, groupsPk, messagesPk } from '../../src/messages/keys.ts';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import { createProjector } from '../../src/messages/projector.ts';
import { startTestApi } from '../support/api.ts';
import { drainStream } from '../support/stream.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';
import { type Statement, statementsByRole } from './policies.ts';
import { synthesise } from './synthesise.ts';
import { isAllowed, startRecorder, type TableCall, unusedRights } from './tableCalls.ts';

const NEWEST = { limit: 10, from: 'newest' } as const;

let table: TestTable;
let roles: Record<string, Statement[]>;
beforeAll(async () => {
  [table, roles] = await Promise.all([createTestTable(), synthesise().then(statementsByRole)]);
});
afterAll(() => table.drop());

function statementsOf(role: string): Statement[] {
  const statements = roles[role];
  if (!statements) throw new Error(`There is no ${role}`);
  return statements;
}

/** The table's client, through something that writes down what it calls. */
async function startRecording() {
  const recorder = await startRecorder();
  const client = createDynamoDbClient({ ...table.config, dynamodbEndpoint: recorder.url });
  return {
    ...recorder,
    dynamo: createDocumentClient(client),
    async stop() {
      client.destroy();
      await recorder.stop();
    },
  };
}

/** Calls every function of the API's messages, in the ways that differ in what they do to the table. */
async function useMessages(messages: Messages): Promise<string[]> {
  const called = new Set<string>();
  const used = new Proxy(messages, {
    get(target, name, receiver) {
      called.add(String(name));
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  const [ann, ben] = [newPerson('ann'), newPerson('ben')];
  const idempotency = { key: 'first', input: 'one' };
  const first = await used.sendToUser(ann, ben, 'one', idempotency);
  if (first.outcome !== 'sent') throw new Error('The first message was not sent');
  const groupId = first.group.id;
  await used.findSent(ann, idempotency);
  await drainStream(table);
  for (const text of ['two', 'three']) {
    const sent = await used.sendToGroup(ben, groupId, text);
    if (sent.outcome === 'sent') await used.markRead(ann.id, groupId, sent.message.id, true);
  }
  for (const text of ['edited', 'edited again']) await used.editMessage(ann.id, groupId, first.message.id, text, true);
  await used.deleteMessage(ann.id, groupId, first.message.id);
  await used.listMessages(ann.id, groupId, NEWEST);
  await used.listMessageGroups(ann.id, NEWEST);
  await used.findMessageGroup(newPerson('cat').id, groupId);
  await used.findNewestMessage(groupId);
  await used.findMessage(groupId, first.message.id);
  await used.findOtherParticipant(ann.id, groupId);
  await used.countUnread(ann.id);
  for (const pk of [messagesPk(groupId), changesPk(groupId), groupsPk(ann.id), changesPk(ann.id)]) {
    await used.readLog(pk, 0);
  }
  used.now();
  return [...called].sort();
}

/** Projects a first message, later ones, changes of the newest one, and a group one of whose rows is gone. */
async function useProjector(dynamo: TestTable['dynamo']): Promise<void> {
  const messages = createMessages(table);
  const project = createProjector({ dynamo, table: table.table });
  const [ann, ben] = [newPerson('ann'), newPerson('ben')];
  await messages.sendToUser(ann, ben, 'one');
  const last = await messages.sendToUser(ben, ann, 'two');
  if (last.outcome !== 'sent') throw new Error('The last message was not sent');
  await drainStream(table, project);
  for (const text of ['edited', 'edited again']) {
    await messages.editMessage(ben.id, last.group.id, last.message.id, text, true);
    await drainStream(table, project);
  }
  const [row] = await table.rows(groupsPk(ann.id));
  await table.remove(row);
  await drainStream(table, project);
}

describe('the API', () => {
  let calls: TableCall[];
  beforeAll(async () => {
    const recording = await startRecording();
    const messages = createMessages({ dynamo: recording.dynamo, table: table.table });
    expect(await useMessages(messages)).toEqual(Object.keys(messages).sort());
    const api = await startTestApi({ dynamodbEndpoint: recording.url });
    expect((await fetch(new URL('/health/ready', api.url))).status).toBe(200);
    await api.stop();
    await recording.stop();
    ({ calls } = recording);
  });

  it('may make every call that it makes', () => {
    expect(calls.length).toBeGreaterThan(40);
    expect(calls.filter((call) => !isAllowed(statementsOf('ApiRole'), call))).toEqual([]);
  });

  it('may do nothing that it does not do', () => {
    expect(unusedRights(statementsOf('ApiRole'), calls)).toEqual([]);
  });

  it.each<TableCall>([
    { action: 'dynamodb:Scan', on: 'table', leadingKeys: [] },
    { action: 'dynamodb:Scan', on: 'index', leadingKeys: [] },
    { action: 'dynamodb:Query', on: 'table', leadingKeys: [] },
    { action: 'dynamodb:Query', on: 'table', leadingKeys: ['IDEM#ann#key'] },
    { action: 'dynamodb:DeleteItem', on: 'table', leadingKeys: ['MSG#group'] },
    { action: 'dynamodb:DeleteItem', on: 'table', leadingKeys: ['GRP#ann'] },
    { action: 'dynamodb:PutItem', on: 'table', leadingKeys: ['MERGED#group'] },
    { action: 'dynamodb:PutItem', on: 'table', leadingKeys: ['MSG#group', 'MERGED#group'] },
    { action: 'dynamodb:DeleteTable', on: 'table', leadingKeys: [] },
  ])('may not call $action of $leadingKeys on the $on', (call) => {
    expect(isAllowed(statementsOf('ApiRole'), call)).toBe(false);
  });
});

describe('the projector', () => {
  let calls: TableCall[];
  beforeAll(async () => {
    const recording = await startRecording();
    await useProjector(recording.dynamo);
    await recording.stop();
    ({ calls } = recording);
  });

  it('may make every call that it makes', () => {
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter((call) => !isAllowed(statementsOf('StreamRole'), call))).toEqual([]);
  });

  it('may do nothing that it does not do', () => {
    expect(unusedRights(statementsOf('StreamRole'), calls)).toEqual([]);
  });

  it.each<TableCall>([
    { action: 'dynamodb:Query', on: 'table', leadingKeys: ['MSG#group'] },
    { action: 'dynamodb:GetItem', on: 'table', leadingKeys: ['MSG#group'] },
    { action: 'dynamodb:PutItem', on: 'table', leadingKeys: ['MSG#group'] },
    { action: 'dynamodb:DeleteItem', on: 'table', leadingKeys: ['MSG#group'] },
    { action: 'dynamodb:PutItem', on: 'table', leadingKeys: ['DM#ann#ben'] },
  ])('may not call $action of $leadingKeys on the $on', (call) => {
    expect(isAllowed(statementsOf('StreamRole'), call)).toBe(false);
  });
});
