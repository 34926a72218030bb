import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { keepLog } from '../support/logged.ts';

const output = keepLog();
let api: TestApi;
let ann: Person;
let others: Person[];
let groupIds: string[];
beforeAll(async () => {
  api = await startTestApi({ env: { LOG_LEVEL: 'info' }, service: { logOutput: output.destination } });
  ann = await api.person('ann');
  others = await Promise.all(Array.from({ length: 20 }, (_, index) => api.person(`other${index}`)));
  groupIds = await Promise.all(
    others.map(async (other) => {
      const { data } = await other.run(SEND, { input: { to: { handle: ann.handle }, body: 'hello' } });
      return data.sendMessage.messageGroup?.id ?? '';
    }),
  );
  await ann.run('{ me { id } }');
});
afterAll(() => api.stop());

/** Runs an operation and says what it cost by the log. */
async function costOf(person: Person, query: string, variables?: Record<string, unknown>) {
  const answer = await person.run(query, variables);
  expect(answer.errors).toBeUndefined();
  const { dynamodbCalls, sqlStatements } = await output.requestOf(answer);
  return { dynamodbCalls, sqlStatements };
}

const MESSAGES = 'query ($id: ID!) { messages(messageGroupId: $id) { nodes { body sender { handle } } } }';

it('a page of messages costs one Query, one beside it for a group that is seen first, and one SQL statement', async () => {
  const id = groupIds[0];
  expect(await costOf(ann, MESSAGES, { id })).toEqual({ dynamodbCalls: 2, sqlStatements: 1 });
  expect(await costOf(ann, MESSAGES, { id })).toEqual({ dynamodbCalls: 1, sqlStatements: 1 });
});

it('a page of groups costs one Query and one SQL statement, with all their people', async () => {
  const query =
    '{ messageGroups { nodes { otherUser { handle } participants { id } lastMessage { sender { handle } } } } }';
  expect(await costOf(ann, query)).toEqual({ dynamodbCalls: 1, sqlStatements: 1 });
});

it('whom the viewer blocks among all people of a page costs one SQL statement', async () => {
  const query = '{ messageGroups { nodes { id otherUser { isBlockedByViewer } participants { isBlockedByViewer } } } }';
  // One for the people, one for the blocks.
  expect(await costOf(ann, query)).toEqual({ dynamodbCalls: 1, sqlStatements: 2 });
});

it('messages of all groups of a page cost one Query each, and one SQL statement together', async () => {
  const query =
    '{ messageGroups { nodes { messages { edges { node { ...Sent } } } } } } fragment Sent on Message { sender { handle } }';
  expect(await costOf(ann, query)).toEqual({ dynamodbCalls: 21, sqlStatements: 1 });
});

it('what nobody asks for costs nothing', async () => {
  expect(await costOf(ann, '{ messageGroups { nodes { id messages { nodes { body } } } } }')).toEqual({
    dynamodbCalls: 21,
    sqlStatements: 0,
  });
});

it('a message into a group costs one write, a read for a group that is seen first, and one SQL statement', async () => {
  const fresh = await api.person('fresh');
  await fresh.run('{ me { id } }');
  const { data } = await ann.run(SEND, { input: { to: { handle: fresh.handle }, body: 'hello' } });
  const input = { to: { messageGroupId: data.sendMessage.messageGroup?.id }, body: 'hi' };
  expect(await costOf(fresh, SEND, { input })).toEqual({ dynamodbCalls: 2, sqlStatements: 1 });
  expect(await costOf(fresh, SEND, { input })).toEqual({ dynamodbCalls: 1, sqlStatements: 1 });
  const withKey = { ...input, idempotencyKey: 'key' };
  expect(await costOf(fresh, SEND, { input: withKey })).toEqual({ dynamodbCalls: 1, sqlStatements: 1 });
  // Whoever started the group knows it.
  expect(await costOf(ann, SEND, { input })).toEqual({ dynamodbCalls: 1, sqlStatements: 1 });
});

it('a first message costs one read, one transaction and one SQL statement', async () => {
  const stranger = await api.person('stranger');
  const input = { to: { handle: stranger.handle }, body: 'hello' };
  expect(await costOf(ann, SEND, { input })).toEqual({ dynamodbCalls: 2, sqlStatements: 1 });
});

it('a message by handle to someone whom the sender knows costs one read, one write and one SQL statement', async () => {
  const input = { to: { handle: others[0]?.handle }, body: 'hello' };
  expect(await costOf(ann, SEND, { input })).toEqual({ dynamodbCalls: 2, sqlStatements: 1 });
});
