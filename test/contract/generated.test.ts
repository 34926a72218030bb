import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type GraphQLEnumType, OperationTypeNode } from 'graphql';
import { nonconformities } from '../../scripts/contract/conformance.ts';
import { readSchema } from '../../scripts/contract/schema.ts';
import { type GraphQLAnswer, type Person, post, SEND, startTestApi, type TestApi } from '../support/api.ts';
import {
  arbitraryOperation,
  coordinatesIn,
  coordinatesOf,
  type Examples,
  type Generated,
} from '../support/generate.ts';
import { keepLog } from '../support/logged.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';

const schema = readSchema();
/** What a caller may be told; anything else is a fault of the server. */
const EXPECTED_CODES = ['BAD_USER_INPUT', 'NOT_FOUND', 'QUERY_TOO_EXPENSIVE'];

const output = keepLog();
let api: TestApi;
let ann: Person;
let examples: Examples;
beforeAll(async () => {
  api = await startTestApi({ env: { LOG_LEVEL: 'info' }, service: { logOutput: output.destination } });
  ann = await api.person('ann');
  const people = await Promise.all(Array.from({ length: 6 }, (_, n) => api.person(`other${n}`)));
  const [ben, cat, dan] = people as [Person, Person, Person, ...Person[]];
  for (const other of people.slice(2)) await send(other, { handle: ann.handle });
  const groupId = await send(ben, { handle: ann.handle });
  for (let n = 0; n < 30; n++) await send(ann, { messageGroupId: groupId });
  const foreign = await send(ben, { handle: cat.handle });
  const { data } = await ann.run(`{ messages(messageGroupId: "${groupId}") { edges { cursor } } }`);
  const cursors = data.messages.edges.map(({ cursor }) => cursor);
  const own = await idOfNewest(ann, groupId);
  const others = await send(ben, { messageGroupId: groupId }).then(() => idOfNewest(ann, groupId));
  const deleted = await send(ann, { messageGroupId: groupId }).then(() => idOfNewest(ann, groupId));
  await ann.run(
    `mutation { deleteMessage(input: { messageGroupId: "${groupId}", messageId: "${deleted}" }) { userErrors { code } } }`,
  );
  const messageIds = [own, own, others, deleted, randomUUID()];
  const sizes = [1, 2, 3, 20, 100, null];
  const pages = {
    first: sizes,
    last: [...sizes.slice(0, 2), null, null],
    after: [...cursors, null],
    before: [null, ...cursors],
  };
  await dan.run(`mutation { blockUser(input: { userId: "${ann.id}" }) { userErrors { code } } }`);
  const userIds = [ann.id, cat.id, randomUUID()];
  const handles = [ann.handle, `@${ben.handle.toUpperCase()}`, cat.handle, dan.handle, 'nobody-has-this'];
  const groups = [groupId, groupId, foreign, randomUUID()];
  examples = {
    ...Object.fromEntries(
      ['messages', 'messageGroups'].flatMap((list) =>
        Object.entries(pages).map(([name, values]) => [`${list}.${name}`, values]),
      ),
    ),
    'messages.messageGroupId': groups,
    'messageGroup.id': groups,
    'user.handle': handles,
    'MessageRecipientInput.handle': [...handles, dan.handle, dan.handle],
    'MessageRecipientInput.messageGroupId': groups,
    'messageEvents.messageGroupId': [groupId],
    'messageEvents.after': cursors,
    'inboxEvents.after': [cursors.at(-1)],
    'setTyping.messageGroupId': groups,
    ...Object.fromEntries(
      ['MarkReadInput', 'EditMessageInput', 'DeleteMessageInput'].map((input) => [`${input}.messageGroupId`, groups]),
    ),
    'MarkReadInput.upTo': messageIds,
    'EditMessageInput.messageId': messageIds,
    'DeleteMessageInput.messageId': [...messageIds.slice(2)],
    'BlockUserInput.userId': userIds,
    'UnblockUserInput.userId': userIds,
    'EditMessageInput.body': ['hello', 'other', ' ', 'x'.repeat(1025)],
    'SendMessageInput.body': ['hello', '🎉 \n two lines', ' ', 'x'.repeat(1024), 'x'.repeat(1025)],
    'SendMessageInput.idempotencyKey': ['a', 'b', null],
  };
});
afterAll(() => api.stop());

async function send(sender: Person, to: object): Promise<string> {
  const { data } = await sender.run(SEND, { input: { to, body: 'hello' } });
  return data.sendMessage.messageGroup?.id ?? '';
}

async function idOfNewest(person: Person, groupId: string): Promise<string> {
  const { data } = await person.run(`{ messages(messageGroupId: "${groupId}", first: 1) { nodes { id } } }`);
  return data.messages.nodes[0]?.id ?? '';
}

function run({ query, variables }: Pick<Generated, 'query' | 'variables'>) {
  return post(api.url, { query, variables }, { authorization: `Bearer ${ann.token}`, 'x-cost': '1' });
}

/** What is wrong with how the server answers a valid operation; none where all is as the schema promises. */
async function faults(operation: Generated): Promise<string[]> {
  return faultsOf(operation, await run(operation));
}

async function faultsOf(operation: Generated, answer: GraphQLAnswer): Promise<string[]> {
  const { data, errors = [], extensions } = answer;
  const unexpected = errors.filter(({ extensions: { code } }) => !EXPECTED_CODES.includes(String(code)));
  const { atMost } = extensions?.cost ?? {};
  const spent = await output.requestOf(answer);
  const overspent = (['dynamodbCalls', 'sqlStatements'] as const).filter(
    (part) => !atMost || Number(spent[part]) > atMost[part],
  );
  const isHeavier = Buffer.byteLength(JSON.stringify({ data })) > (atMost?.bytes ?? 0);
  return [
    ...(isHeavier ? [`weighs more than declared: ${JSON.stringify({ data, atMost })}`] : []),
    ...unexpected.map(({ message, extensions: { code } }) => `${String(code)}: ${message}`),
    ...overspent.map((part) => `costs more ${part} than declared: ${JSON.stringify({ spent, atMost })}`),
    ...((data as unknown) ? await nonconformities(schema, { ...operation, data }) : []),
  ];
}

/** What is wrong with the first event of a valid subscription; none where it has none within a moment. */
async function eventFaults({ document, query, variables }: Generated): Promise<string[]> {
  const client = connect(api.url, bearer(ann.token));
  const heard = subscribe(client, query, variables);
  const first = await Promise.race([heard.until(1), sleep(300).then(() => [])]).catch(() => []);
  const [answer] = first;
  heard.stop();
  await client.dispose();
  if (!answer) return [];
  const codes = (answer.errors ?? []).map(({ extensions }) => String(extensions?.['code']));
  return [
    ...codes.filter((code) => !EXPECTED_CODES.includes(code)),
    ...(answer.data ? await nonconformities(schema, { document, variables, data: answer.data }) : []),
    ...(answer.data || codes.length > 0 ? [] : ['neither data nor errors']),
  ];
}

const subscriptions = () => arbitraryOperation(schema, OperationTypeNode.SUBSCRIPTION, examples);
const queries = () => arbitraryOperation(schema, OperationTypeNode.QUERY, examples);
const mutations = () => arbitraryOperation(schema, OperationTypeNode.MUTATION, examples);

describe('operations generated from the schema', () => {
  it('use every field, argument and input branch, meet every enum value, and are answered as promised', async () => {
    const operations = [queries(), mutations()].flatMap((kind) => fc.sample(kind, { numRuns: 500, seed: 1 }));
    const events = fc.sample(subscriptions(), { numRuns: 60, seed: 1 });
    const used = new Set([...operations, ...events].flatMap((operation) => coordinatesIn(schema, operation)));
    const answers: string[] = [];
    for (const operation of operations) {
      const answer = await run(operation);
      answers.push(JSON.stringify(answer));
      const { query } = operation;
      expect({ query, faults: await faultsOf(operation, answer) }).toEqual({ query, faults: [] });
    }
    for (const operation of events) {
      const { query } = operation;
      expect({ query, faults: await eventFaults(operation) }).toEqual({ query, faults: [] });
    }
    expect(coordinatesOf(schema).filter((coordinate) => !used.has(coordinate))).toEqual([]);
    const codes = ['SendMessageErrorCode', 'MessageErrorCode', 'BlockErrorCode'].flatMap((name) =>
      (schema.getType(name) as GraphQLEnumType).getValues().map((value) => value.name),
    );
    expect(codes.filter((code) => !answers.some((answer) => answer.includes(`"${code}"`)))).toEqual([]);
  });

  it('are answered as promised, whatever is asked', async () => {
    const property = fc.asyncProperty(fc.oneof(queries(), mutations()), async (operation) => {
      expect(await faults(operation)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

describe('an operation that is not valid', () => {
  const valid = 'query ($id: ID!) { messages(messageGroupId: $id, first: 2) { nodes { id sender { handle } } } }';

  it.each([
    ['an unknown field', ['sender {', 'sander {'], 'sander'],
    ['an unknown argument', ['first:', 'frist:'], 'frist'],
    ['a missing argument', ['messageGroupId: $id, ', ''], 'messageGroupId'],
    ['an argument of another type', ['first: 2', 'first: "2"'], '"2"'],
    ['a field without its selection', ['{ handle }', ''], 'sender'],
    ['a selection of a scalar', ['nodes { id', 'nodes { id { id }'], 'id'],
    ['an unknown fragment', ['{ handle }', '{ ...Nobody }'], 'Nobody'],
    ['an undeclared variable', ['($id: ID!)', ''], '$id'],
    ['an unused variable', ['$id: ID!', '$id: ID!, $spare: Int'], '$spare'],
    ['a variable of another type', ['$id: ID!', '$id: Int!'], '$id'],
    ['an unknown type', ['$id: ID!', '$id: Id!'], 'Id'],
    ['an unknown directive', ['nodes', 'nodes @nothing'], '@nothing'],
    ['an unclosed brace', ['} } } }', '} }'], 'Syntax Error'],
  ] as const)('for %s is refused with the place', async (_name, [from, to], place) => {
    expect(valid).toContain(from);
    const { status, errors } = await run({ query: valid.replace(from, to), variables: { id: randomUUID() } });
    expect(status).toBe(400);
    expect(errors?.map(({ message }) => message).join()).toContain(place);
    expect(errors?.[0]).toMatchObject({
      locations: expect.arrayContaining([{ line: 1, column: expect.any(Number) }]),
      extensions: { code: expect.stringMatching(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/) },
    });
  });

  it('is refused wherever it is cut, and never a fault of the server', async () => {
    const property = fc.asyncProperty(
      queries(),
      fc.double({ min: 0, max: 0.98, noNaN: true }),
      async ({ query, variables }, where) => {
        const cut = query.trimEnd().slice(0, 1 + where * (query.trimEnd().length - 2));
        const { status, errors } = await run({ query: cut, variables });
        expect({ status, errors }).toMatchObject({ status: 400, errors: [{ locations: [{}] }] });
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});
