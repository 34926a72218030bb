import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Person, post, SEND, startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let ann: Person;
beforeAll(async () => {
  api = await startTestApi();
  ann = await api.person('ann');
  await ann.run('{ me { id } }');
});
afterAll(() => api.stop());

async function withCost(query: string, variables: Record<string, unknown> = {}) {
  const headers = { authorization: `Bearer ${ann.token}`, 'x-cost': '1' };
  const { status, errors, extensions } = await post(api.url, { query, variables }, headers);
  return { status, errors, cost: extensions?.cost };
}

const requested = async (query: string, variables?: Record<string, unknown>) => {
  const { cost } = await withCost(query, variables);
  return cost;
};

describe('the cost that an operation may have', () => {
  it('counts a call for each page, at the size that is asked for', async () => {
    expect(await requested('{ messageGroups { nodes { id } } }')).toMatchObject({
      requested: 4,
      atMost: { dynamodbCalls: 1, sqlStatements: 1, items: 20 },
    });
    expect(await requested('{ messageGroups(first: 7) { nodes { id } } }')).toMatchObject({ atMost: { items: 7 } });
    const query = 'query ($size: Int) { messageGroups(last: $size) { nodes { id } } }';
    expect(await requested(query, { size: 9 })).toMatchObject({ atMost: { items: 9 } });
  });

  it('multiplies lists within lists', async () => {
    const query = '{ messageGroups(first: 5) { edges { node { messages(first: 10) { nodes { id } } } } } }';
    expect(await requested(query)).toMatchObject({
      requested: 13,
      atMost: { dynamodbCalls: 6, sqlStatements: 1, items: 55 },
    });
  });

  it('counts a statement for each place where users are selected, and one for the viewer', async () => {
    const query = '{ messageGroups { nodes { otherUser { id } participants { id } lastMessage { sender { id } } } } }';
    expect(await requested(query)).toMatchObject({ atMost: { dynamodbCalls: 21, sqlStatements: 4 } });
    expect(await requested('{ me { id } user(handle: "x") { id } }')).toMatchObject({ atMost: { sqlStatements: 3 } });
  });

  it('is that of the operation that is asked for, also when it comes again', async () => {
    const query =
      'query One { messageGroups(first: 1) { nodes { id } } } query All { messageGroups(first: 100) { nodes { id } } }';
    const itemsOf = async (operationName: string) => {
      const headers = { authorization: `Bearer ${ann.token}`, 'x-cost': '1' };
      const { extensions } = await post(api.url, { query, operationName }, headers);
      return extensions?.cost.atMost?.items;
    };
    for (const operationName of ['One', 'All', 'One', 'All']) {
      expect(await itemsOf(operationName)).toBe(operationName === 'One' ? 1 : 100);
    }
  });

  it('counts the second read that a cursor may need', async () => {
    const query = 'query ($after: String) { messageGroups(after: $after) { nodes { id } } }';
    expect(await requested(query)).toMatchObject({ atMost: { dynamodbCalls: 1 } });
    expect(await requested(query, { after: 'x' })).toMatchObject({ atMost: { dynamodbCalls: 2 } });
  });

  it('counts a field once, however often it is selected by the same name', async () => {
    const once = await requested('{ messageGroups { nodes { id otherUser { id } } } }');
    const query = `{ messageGroups { nodes { ...One ...One id otherUser { ...Two } } } }
      fragment One on MessageGroup { id otherUser { ...Two id } } fragment Two on User { id }`;
    expect(await requested(query)).toEqual({ ...once, spent: expect.anything() });
  });

  it('counts what fragments select, and not what is skipped', async () => {
    const query = `query ($all: Boolean!) { ...Groups ... @include(if: $all) { me { id } } }
      fragment Groups on Query { messageGroups(first: 1) { nodes { id } } }`;
    expect(await requested(query, { all: false })).toMatchObject({ atMost: { dynamodbCalls: 1, sqlStatements: 1 } });
    expect(await requested(query, { all: true })).toMatchObject({ atMost: { dynamodbCalls: 1, sqlStatements: 2 } });
  });
});

describe('an operation over the limit', () => {
  const query = '{ messageGroups(first: 100) { nodes { messages(first: 100) { nodes { id } } } } }';

  it('is refused before it runs, with its cost and the limit', async () => {
    expect(await withCost(query)).toMatchObject({
      status: 400,
      errors: [
        {
          message: expect.stringContaining('costs 1123 points, and 250 are allowed'),
          extensions: { code: 'QUERY_TOO_EXPENSIVE', cost: 1123, limit: 250 },
        },
      ],
      cost: { requested: 1123 },
    });
  });

  it('is refused also where the size is a variable, or aliases add up', async () => {
    const sized = 'query ($n: Int!) { messageGroups(first: $n) { nodes { messages(first: $n) { nodes { id } } } } }';
    expect(await withCost(sized, { n: 100 })).toMatchObject({ status: 400 });
    expect(await withCost(sized, { n: 10 })).toMatchObject({ status: 200 });
    const fields = Array.from({ length: 25 }, (_, n) => `a${n}: messageGroups(first: 100) { nodes { id } }`);
    expect(await withCost(`{ ${fields.join(' ')} }`)).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE' } }],
    });
  });

  it('is refused to nobody but a viewer', async () => {
    const { status, errors } = await api.run(query);
    expect({ status, code: errors?.[0]?.extensions['code'] }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  });
});

describe('a document', () => {
  const many = (count: number, part: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => part(n)).join(' ');

  it.each([
    [
      'selections deep',
      12,
      (n: number) => `{ __type(name: "User") ${'{ ofType '.repeat(n - 2)}{ name }${' }'.repeat(n - 1)}`,
      'depth',
    ],
    ['aliases', 30, (n: number) => `{ ${many(n, (at) => `a${at}: __schema { __typename }`)} }`, 'Aliases limit'],
    [
      'directives',
      30,
      (n: number) => `{ ${many(n, () => '... @include(if: true) { __typename }')} }`,
      'Directives limit',
    ],
  ])('has %s, at most %i', async (_what, most, document, problem) => {
    expect(await withCost(document(most))).toMatchObject({ status: 200, errors: undefined });
    expect(await withCost(document(most + 1))).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining(problem) }],
    });
  });

  it('has tokens, at most 2000', async () => {
    const document = (tokens: number) => `{ ${many(tokens - 2, () => '__typename')} }`;
    expect((await withCost(document(2000))).errors?.[0]?.message).not.toContain('tokens');
    expect(await withCost(document(2001))).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining('2000 tokens'), extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
    });
  });
});

describe('the cost that an operation had', () => {
  it('is told of a query where the header x-cost asks for it: calls, units, statements', async () => {
    const ben = await api.person('ben');
    await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
    const read = await withCost('{ messageGroups { nodes { otherUser { handle } } } }');
    expect(read.cost?.spent).toEqual({ dynamodbCalls: 1, readUnits: 1, writeUnits: 0, sqlStatements: 1 });
  });

  it.each([
    [
      'a mutation',
      'mutation { unblockUser(input: { userId: "00000000-0000-4000-8000-000000000000" }) { user { id } } }',
    ],
    ['a query with an error', '{ messages(messageGroupId: "00000000-0000-4000-8000-000000000000") { nodes { id } } }'],
    ['a query that finds nothing', '{ messageGroup(id: "00000000-0000-4000-8000-000000000000") { id } me { id } }'],
    ['a query that does not run', '{ nothing }'],
  ])('is never told of %s', async (_name, query) => {
    const { cost } = await withCost(query);
    expect(cost).toMatchObject({ limit: 250 });
    expect(cost).not.toHaveProperty('spent');
  });

  it('is not answered otherwise', async () => {
    expect(await ann.run('{ me { id } }')).not.toHaveProperty('extensions');
  });
});

describe('variables that do not fit', () => {
  it('are named, whatever the operation would cost', async () => {
    const query = 'query ($n: Int!) { messageGroups(first: $n) { nodes { id } } }';
    expect(await withCost(query, { n: 'many' })).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining('"$n"'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
    const to = 'mutation ($handle: String) { sendMessage(input: { to: { handle: $handle }, body: "x" }) { replayed } }';
    expect(await withCost(to, { handle: null })).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining('handle') }],
    });
  });
});
