import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  getNamedType,
  type GraphQLArgument,
  GraphQLID,
  type GraphQLInputField,
  type GraphQLObjectType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  OperationTypeNode,
} from 'graphql';
import { readSchema } from '../../scripts/contract/schema.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import { newMessage } from '../../src/messages/newRows.ts';
import { messageItem } from '../../src/messages/rows.ts';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { keepLog } from '../support/logged.ts';
import { type DynamoDbCall, type DynamoDbProxy, startDynamoDbProxy } from '../support/proxy.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';

/** The ids that a caller can try, by the operation and the path of the id in its arguments. */
const TRIED: Record<string, (ids: Ids) => Record<string, unknown>> = {
  'query messages(messageGroupId)': ({ groupId }) => ({ messageGroupId: groupId, first: 100 }),
  'query messageGroup(id)': ({ groupId }) => ({ id: groupId }),
  'mutation sendMessage(input.to.messageGroupId)': ({ groupId }) => ({
    input: { to: { messageGroupId: groupId }, body: 'hi', idempotencyKey: randomUUID() },
  }),
  'mutation markRead(input.messageGroupId)': ({ groupId, messageId }) => ({
    input: { messageGroupId: groupId, upTo: messageId },
  }),
  'mutation editMessage(input.messageGroupId)': ({ groupId, messageId }) => ({
    input: { messageGroupId: groupId, messageId, body: 'hi' },
  }),
  'mutation deleteMessage(input.messageGroupId)': ({ groupId, messageId }) => ({
    input: { messageGroupId: groupId, messageId },
  }),
  'mutation setTyping(messageGroupId)': ({ groupId }) => ({ messageGroupId: groupId }),
  'subscription messageEvents(messageGroupId)': ({ groupId }) => ({ messageGroupId: groupId }),
};
/** The same of messages, tried within the caller's own group. */
const TRIED_MESSAGES = {
  'mutation markRead(input.upTo)': 'mutation markRead(input.messageGroupId)',
  'mutation editMessage(input.messageId)': 'mutation editMessage(input.messageGroupId)',
  'mutation deleteMessage(input.messageId)': 'mutation deleteMessage(input.messageGroupId)',
};
const NO_SECRETS = {
  'mutation sendMessage(input.idempotencyKey)': 'it is looked up among the keys of the caller',
  'mutation blockUser(input.userId)': 'anybody may know who is registered: Query.user tells',
  'mutation unblockUser(input.userId)': 'as blockUser',
};

interface Ids {
  groupId: string;
  messageId: string;
}

const schema = readSchema();
const ROOTS = new Map<string, GraphQLObjectType | undefined | null>(
  Object.values(OperationTypeNode).map((kind) => [kind, schema.getRootType(kind)]),
);
const output = keepLog();
let proxy: DynamoDbProxy;
let calls: DynamoDbCall[] = [];
let api: TestApi;
let ann: Person;
let own: Ids;
/** Of two other people: a hundred long messages, and a row that cannot be read. */
let foreign: Ids;
beforeAll(async () => {
  proxy = await startDynamoDbProxy(dynamodbEndpoint());
  proxy.onCall((call) => {
    calls.push(call);
    return 'pass';
  });
  api = await startTestApi({
    dynamodbEndpoint: proxy.url,
    env: { LOG_LEVEL: 'info' },
    service: { logOutput: output.destination },
  });
  const [ben, cat] = await Promise.all([api.person('ben'), api.person('cat')]);
  ann = await api.person('ann');
  own = await groupOf(ann, ben);
  foreign = await groupOf(ben, cat);
  const messages = Array.from({ length: 100 }, (_, index) => {
    const sortKey = timestampOf(Date.UTC(2026, 0, 1) * 1000 + index);
    return newMessage({ id: randomUUID(), groupId: foreign.groupId, sender: ben, body: '🙂'.repeat(1024), sortKey });
  });
  await api.table.load(messages.map(messageItem));
  const broken = { pk: `GRP#${cat.id}`, sk: '2026-01-01T00:00:00.000000Z', message_group_uuid: foreign.groupId };
  await api.table.put(broken);
});
afterAll(async () => {
  await api.stop();
  await proxy.stop();
});

async function groupOf(one: Person, other: Person): Promise<Ids> {
  const { data } = await one.run(SEND, { input: { to: { handle: other.handle }, body: 'hello' } });
  const { message, messageGroup } = data.sendMessage;
  return { groupId: messageGroup?.id ?? '', messageId: message?.id ?? '' };
}

/** Ids of the same form that name nothing: what the id of a message says of its time stays. */
function nowhere({ messageId }: Ids): Ids {
  return { groupId: randomUUID(), messageId: messageId.slice(0, 24) + randomUUID().slice(24) };
}

/** The operation that selects all there is of a field, three levels deep, with its arguments as variables. */
function documentOf(key: string): string {
  const [kind = '', name = ''] = key.split(/[ (]/);
  const field = ROOTS.get(kind)?.getFields()[name];
  const type = getNamedType(field?.type);
  if (!field || !isObjectType(type)) throw new Error(`${key} is not in the schema`);
  const variables = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  return `${kind} (${variables}) { ${name}(${passed}) ${selectionOf(type, 3)} }`;
}

function selectionOf(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const below = getNamedType(field.type);
    if (isLeafType(below)) return [field.name];
    const isDeeper = depth > 1 && isObjectType(below) && !field.args.some(isRequiredArgument);
    return isDeeper ? [`${field.name} ${selectionOf(below, depth - 1)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

/** All that the caller can see of an operation, and all that takes time: the ids and moments in it aside. */
async function observe(
  key: string,
  viewer: Person,
  variables: Record<string, unknown>,
  ids: Ids,
  names: string[] = [],
) {
  const blank = (text: string) =>
    [ids.groupId, ids.messageId, ...names]
      .reduce((result, id) => result.replaceAll(id, '<id>'), text)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
  calls = [];
  const seen = key.startsWith('subscription')
    ? await subscribeTo(documentOf(key), viewer, variables)
    : await ask(documentOf(key), viewer, variables);
  return {
    ...seen,
    answer: blank(JSON.stringify(seen.answer)),
    calls: calls.map(describeCall),
  };
}

/** For example `Query GRP#`: what is done, and to which kind of rows. */
function describeCall({ operation, body }: DynamoDbCall): string {
  const [, kind = 'index'] = /"([A-Z]+#)/.exec(JSON.stringify(body)) ?? [];
  return `${operation} ${kind}`;
}

async function ask(query: string, viewer: Person, variables: Record<string, unknown>) {
  const response = await fetch(api.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${viewer.token}`, 'x-cost': '1' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const line = await output.requestOf(response);
  const headers = new Headers(response.headers);
  for (const name of ['x-request-id', 'date']) headers.delete(name);
  const { dynamodbCalls, sqlStatements, points } = line;
  const took = { dynamodbCalls, sqlStatements, points };
  return {
    status: response.status,
    headers: [...headers],
    size: text.length,
    answer: JSON.parse(text) as unknown,
    took,
  };
}

async function subscribeTo(query: string, viewer: Person, variables: Record<string, unknown>) {
  const client = connect(api.url, bearer(viewer.token));
  const answer = await subscribe(client, query, variables).ended;
  await client.dispose();
  return { answer };
}

/** Where the arguments of an operation take an id. */
function idPaths(inputs: readonly (GraphQLArgument | GraphQLInputField)[], before = ''): string[] {
  return inputs.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    if (named === GraphQLID) return [before + name];
    return isInputObjectType(named) ? idPaths(Object.values(named.getFields()), `${before}${name}.`) : [];
  });
}

describe('a group of other people', () => {
  it('is tried through every operation that takes an id', () => {
    const all = [...ROOTS].flatMap(([kind, root]) =>
      Object.values(root?.getFields() ?? {}).flatMap(({ name, args }) =>
        idPaths(args).map((path) => `${kind} ${name}(${path})`),
      ),
    );
    expect(Object.keys({ ...TRIED, ...TRIED_MESSAGES, ...NO_SECRETS }).sort()).toEqual(all.sort());
  });

  it.each(Object.keys(TRIED))('cannot be told from one that does not exist: %s', async (key) => {
    const missing = nowhere(foreign);
    await observe(key, ann, TRIED[key]?.(missing) ?? {}, missing);
    const ofMissing = await observe(key, ann, TRIED[key]?.(missing) ?? {}, missing);
    const ofForeign = await observe(key, ann, TRIED[key]?.(foreign) ?? {}, foreign);
    expect(ofForeign).toEqual(ofMissing);
    expect(ofForeign.answer).toMatch(/NOT_FOUND|null/);
    expect(ofForeign.calls).toContain('Query index');
    expect(ofForeign.calls).not.toContain('Query MSG#');
  });

  it.each(Object.entries(TRIED_MESSAGES))('cannot be found by a message of it: %s', async (_path, key) => {
    const missing = { ...nowhere(foreign), groupId: own.groupId };
    const within = { ...foreign, groupId: own.groupId };
    const ofMissing = await observe(key, ann, TRIED[key]?.(missing) ?? {}, missing);
    const ofForeign = await observe(key, ann, TRIED[key]?.(within) ?? {}, within);
    expect(ofForeign).toEqual(ofMissing);
    expect(ofForeign.answer).toContain('MESSAGE_NOT_FOUND');
  });
});

describe('somebody who blocks the caller', () => {
  const SETTINGS = 'mutation { updateMessageSettings(input: { receivesMessages: false }) { __typename } }';
  /** The operations that concern the other participant, and not only whether the group exists. */
  const towards = Object.keys(TRIED).filter((key) => key.startsWith('mutation'));

  /** A caller's group with somebody who then takes no more messages, and a message of each. */
  async function unavailable(name: string, turnAway: (who: Person, caller: Person) => Promise<unknown>) {
    const [caller, other] = await Promise.all([api.person('caller'), api.person(name)]);
    const sent = await groupOf(caller, other);
    const { data } = await other.run(SEND, { input: { to: { messageGroupId: sent.groupId }, body: 'hello' } });
    await turnAway(other, caller);
    const received = { ...sent, messageId: data.sendMessage.message?.id ?? '' };
    // What is remembered of the group after the first time is so for both.
    await caller.run(`{ messageGroup(id: "${sent.groupId}") { id } }`);
    return { caller, other, sent, received };
  }

  it.each(towards)('cannot be told from somebody who receives from nobody: %s', async (key) => {
    const [blocking, closed] = [
      await unavailable('ben', (ben, caller) =>
        ben.run(`mutation { blockUser(input: { userId: "${caller.id}" }) { userErrors { code } } }`),
      ),
      await unavailable('cat', (cat) => cat.run(SETTINGS)),
    ];
    const seenOf = ({ caller, other, sent, received }: typeof closed) => {
      const ids = key.includes('markRead') ? received : sent;
      return observe(key, caller, TRIED[key]?.(ids) ?? {}, ids, [other.handle, other.displayName, caller.handle]);
    };
    const seen = await seenOf(blocking);
    expect(seen).toEqual(await seenOf(closed));
    expect(seen.answer).not.toContain('"errors"');
  });

  it('cannot be told from somebody who receives from nobody: sendMessage by handle', async () => {
    const [blocking, closed] = [
      await unavailable('ben', (ben, caller) =>
        ben.run(`mutation { blockUser(input: { userId: "${caller.id}" }) { userErrors { code } } }`),
      ),
      await unavailable('cat', (cat) => cat.run(SETTINGS)),
    ];
    const seenOf = ({ caller, other, sent }: typeof closed) => {
      const input = { to: { handle: other.handle }, body: 'hi', idempotencyKey: randomUUID() };
      return observe('mutation sendMessage(input.to.messageGroupId)', caller, { input }, sent, [other.handle]);
    };
    const seen = await seenOf(blocking);
    expect(seen).toEqual(await seenOf(closed));
    expect(seen.answer).toContain('RECIPIENT_UNAVAILABLE');
  });
});
