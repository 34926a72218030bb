import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cursorOf } from '../../src/messages/cursors.ts';
import { type GraphQLAnswer, type Person, post, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { keepLog } from '../support/logged.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
let groupId: string;
let rowsBefore: number;
const output = keepLog();
beforeAll(async () => {
  api = await startTestApi({ env: { LOG_LEVEL: 'trace' }, service: { logOutput: output.destination } });
  [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
  const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
  groupId = data.sendMessage.messageGroup?.id ?? '';
  rowsBefore = (await api.table.rows()).length;
});
afterAll(() => api.stop());

const send = (input: object) => ann.run(SEND, { input });
const codes = ({ errors = [] }: GraphQLAnswer) => errors.map(({ extensions }) => extensions['code']);

async function expectNothingWritten() {
  expect(await api.table.rows()).toHaveLength(rowsBefore);
}

describe('a page', () => {
  const query = `query ($first: Int, $after: String, $last: Int, $before: String) {
    messageGroups(first: $first, after: $after, last: $last, before: $before) { pageInfo { hasNextPage } }
  }`;
  const [older, newer] = [cursorOf('2026-11-20T20:26:11.000000Z'), cursorOf('2026-11-20T20:26:12.000000Z')];
  const craft = (text: string) => Buffer.from(text).toString('base64url');

  it.each([
    ['first below 1', { first: 0 }, '"first" must be 1 to 100, but got 0'],
    ['first below 0', { first: -1 }, '"first"'],
    ['first above 100', { first: 101 }, '"first"'],
    ['last below 1', { last: 0 }, '"last"'],
    ['last above 100', { last: 101 }, '"last" must be 1 to 100, but got 101'],
    ['both sides at once', { first: 1, last: 1 }, '"last"'],
    ['after and before with nothing between', { first: 1, after: older, before: newer }, '"before"'],
    ['after and before at one place', { first: 1, after: older, before: older }, '"before"'],
    ['a malformed cursor', { after: '%%%' }, '"after"'],
    ['an empty cursor', { before: '' }, '"before"'],
    ['a cursor of another version', { after: craft('v2:2026-11-20T20:26:11.000000Z') }, 'version v2'],
    ['a cursor with a partition key', { after: craft(`v1:MSG#${randomUUID()}`) }, '"after"'],
    ['a cursor with a key of DynamoDB', { after: craft('{"pk":"MSG#1","sk":"2026"}') }, '"after"'],
    ['a cursor with more than a sort key', { after: craft('v1:2026-11-20T20:26:11.000000Z#MSG') }, '"after"'],
  ])('with %s is refused by name', async (_name, variables, message) => {
    const answer = await ann.run(query, variables);
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors?.[0]?.message).toContain(message);
  });

  it.each([
    ['of another list', 'v1:2026-11-20T20:26:11.000000Z'],
    ['of a day that does not exist', `v1:2026-02-30T20:26:11.000000Z ${randomUUID()}`],
    ['of a year that Postgres does not know', `v1:0000-02-03T20:26:11.000000Z ${randomUUID()}`],
    ['with another id than a UUID', "v1:2026-02-03T20:26:11.000000Z ' or true --"],
  ])('of blocks with a cursor %s is refused by name', async (_name, text) => {
    const answer = await ann.run(`{ blocks(after: "${craft(text)}") { nodes { id } } }`);
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors?.[0]?.message).toContain('"after"');
  });

  it('of messages with a cursor of blocks is refused by name', async () => {
    const after = craft(`v1:2026-11-20T20:26:11.000000Z ${randomUUID()}`);
    expect(codes(await ann.run(query, { after }))).toEqual(['BAD_USER_INPUT']);
  });

  it('with a size that is no number is refused before it runs', async () => {
    const answer = await ann.run(query, { first: 'ten' });
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
  });
});

describe('an id', () => {
  it.each([
    ['messageGroup', '{ messageGroup(id: "1; drop table") { id } }', '"id" must be a UUID'],
    ['messages', '{ messages(messageGroupId: "") { nodes { id } } }', '"messageGroupId" must be a UUID'],
  ])('of %s that is no UUID is refused by name', async (_name, query, message) => {
    const answer = await ann.run(query);
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors?.[0]?.message).toContain(message);
  });

  it('of sendMessage that is no UUID is refused by name, and nothing is written', async () => {
    expect(codes(await send({ to: { messageGroupId: 'x' }, body: 'hi' }))).toEqual(['BAD_USER_INPUT']);
    await expectNothingWritten();
  });

  it('of a group that is not the viewer’s or nobody’s answers the same', async () => {
    const stranger = await api.person('stranger');
    for (const id of [groupId, randomUUID()]) {
      expect((await stranger.run('query ($id: ID!) { messageGroup(id: $id) { id } }', { id })).data).toEqual({
        messageGroup: null,
      });
      const read = await stranger.run('query ($id: ID!) { messages(messageGroupId: $id) { nodes { body } } }', { id });
      expect([read.data, codes(read)]).toEqual([null, ['NOT_FOUND']]);
      const sent = await stranger.run(SEND, { input: { to: { messageGroupId: id }, body: 'hi' } });
      expect(sent.data.sendMessage.userErrors).toMatchObject([
        { code: 'MESSAGE_GROUP_NOT_FOUND', field: ['input', 'to', 'messageGroupId'] },
      ]);
    }
    await expectNothingWritten();
  });

  it('may be written in capitals', async () => {
    const { data } = await ann.run('query ($id: ID!) { messageGroup(id: $id) { id } }', { id: groupId.toUpperCase() });
    expect(data.messageGroup?.id).toBe(groupId);
  });
});

describe('a body', () => {
  const to = () => ({ messageGroupId: groupId });

  it.each([
    ['nothing', '', 'MESSAGE_BLANK'],
    ['white space', ' \t\n\u00a0\u3000 ', 'MESSAGE_BLANK'],
    ['characters that cannot be seen', '\u200b\u200d\u2060\ufeff', 'MESSAGE_BLANK'],
    ['the empty braille pattern', '\u2800', 'MESSAGE_BLANK'],
    ['empty braille patterns, white space and zero-width characters', '\u2800 \u200b\n\u2800', 'MESSAGE_BLANK'],
    ['Hangul fillers', '\u115f\u1160\u3164\uffa0', 'MESSAGE_BLANK'],
    ['tag characters', '\u{e0001}\u{e0041}\u{e007f}', 'MESSAGE_BLANK'],
    ['variation selectors', '\ufe0f\u{e0100}\u180b', 'MESSAGE_BLANK'],
    ['directional marks and overrides', '\u200e\u202e\u2066\u2069\u061c', 'MESSAGE_BLANK'],
    ['a soft hyphen and a grapheme joiner', '\u00ad\u034f', 'MESSAGE_BLANK'],
    ['annotation controls and an object replacement character', '\ufff9\ufffa\ufffb\ufffc', 'MESSAGE_BLANK'],
    ['musical and hieroglyph controls', '\u{1d159}\u{1d173}\u{13430}', 'MESSAGE_BLANK'],
    ['script fillers and vowels that are not shown', '\u{16fe4}\u17b4\u180e', 'MESSAGE_BLANK'],
    ['1025 characters', 'x'.repeat(1025), 'MESSAGE_TOO_LONG'],
    ['1025 emoji', '🙂'.repeat(1025), 'MESSAGE_TOO_LONG'],
  ])('of %s is refused with a reason, and nothing is written', async (_name, body, code) => {
    const { data } = await send({ to: to(), body });
    expect(data.sendMessage).toMatchObject({
      message: null,
      messageGroup: null,
      userErrors: [{ code, field: ['input', 'body'] }],
    });
    await expectNothingWritten();
  });

  it.each([
    ['a NUL character', '"a\\u0000b"'],
    ['half a surrogate pair', '"a\\ud800b"'],
  ])('with %s is refused by name, and nothing is written', async (_name, json) => {
    const raw = `{"query":${JSON.stringify(SEND)},"variables":{"input":{"to":{"messageGroupId":"${groupId}"},"body":${json}}}}`;
    const answer = await post(api.url, raw, { authorization: `Bearer ${ann.token}` });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors?.[0]?.message).toContain('"input.body"');
    await expectNothingWritten();
  });

  it.each([
    ['1024 characters', 'x'.repeat(1024)],
    ['1024 emoji', '🙂'.repeat(1024)],
    ['characters that cannot be seen around text', '\u2800\u200bhello\ufe0f\u3164'],
    ['a combining accent alone', '\u0301'],
    ['a character of private use', '\ue000'],
    ['combining characters', 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L'],
    ['right-to-left text', 'مرحبا، كيف حالك؟ \u202eabc'],
    ['several lines and markup', 'one\n\ntwo <script>alert(1)</script>'],
  ])('of %s comes back as it was sent', async (_name, body) => {
    const { data } = await send({ to: to(), body: `  ${body}\n` });
    expect(data.sendMessage).toMatchObject({ message: { body }, userErrors: [] });
    const read = await ben.run('query ($id: ID!) { messages(messageGroupId: $id, first: 1) { nodes { body } } }', {
      id: groupId,
    });
    expect(read.data.messages.nodes).toEqual([{ body }]);
    rowsBefore++;
  });
});

describe('a recipient', () => {
  it.each([
    ['that nobody is', 'nobody-at-all', 'RECIPIENT_NOT_FOUND'],
    ['that is empty', '', 'RECIPIENT_NOT_FOUND'],
    ['that is only an @', '@', 'RECIPIENT_NOT_FOUND'],
    ['with a NUL character', 'a\u0000b', 'RECIPIENT_NOT_FOUND'],
    ['that looks like SQL', "' or 1=1 --", 'RECIPIENT_NOT_FOUND'],
  ])('%s is refused with a reason, and nothing is written', async (_name, handle, code) => {
    const { data } = await send({ to: { handle }, body: 'hi' });
    expect(data.sendMessage.userErrors).toMatchObject([{ code, field: ['input', 'to', 'handle'] }]);
    await expectNothingWritten();
  });

  it('cannot be the sender, with @ or in another case', async () => {
    for (const handle of [ann.handle, `@${ann.handle}`, ann.handle.toUpperCase()]) {
      const { data } = await send({ to: { handle }, body: 'hi' });
      expect(data.sendMessage.userErrors).toMatchObject([{ code: 'RECIPIENT_IS_SENDER' }]);
    }
    await expectNothingWritten();
  });

  it('may be written with an @ and in another case', async () => {
    const { data } = await send({ to: { handle: ` @${ben.handle.toUpperCase()} ` }, body: 'hi' });
    expect(data.sendMessage).toMatchObject({ isNewMessageGroup: false, messageGroup: { id: groupId }, userErrors: [] });
    rowsBefore++;
    const { data: found } = await ann.run('query ($handle: String!) { user(handle: $handle) { id } }', {
      handle: `@${ben.handle.toUpperCase()}`,
    });
    expect(found.user?.id).toBe(ben.id);
  });

  it('that is unknown is null for user', async () => {
    for (const handle of ['nobody-at-all', '', '@', 'a\u0000b']) {
      expect(await ann.run('query ($handle: String!) { user(handle: $handle) { id } }', { handle })).toMatchObject({
        status: 200,
        data: { user: null },
      });
    }
  });

  it.each([
    ['both ways', { messageGroupId: randomUUID(), handle: 'ben' }],
    ['neither way', {}],
    ['by null', { handle: null }],
  ])('named %s is refused before it runs', async (_name, to) => {
    const answer = await send({ to, body: 'hi' });
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
    await expectNothingWritten();
  });
});

describe('an idempotency key', () => {
  it('that is empty or too long is refused by name', async () => {
    for (const idempotencyKey of ['', 'k'.repeat(129), 'a\u0000b']) {
      const answer = await send({ to: { messageGroupId: groupId }, body: 'hi', idempotencyKey });
      expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
      expect(answer.errors?.[0]?.message).toContain('"input.idempotencyKey"');
    }
    await expectNothingWritten();
  });

  it('used again answers with the first message, and with another input is refused', async () => {
    const input = { to: { handle: ben.handle }, body: 'once', idempotencyKey: randomUUID() };
    const [first, again] = [await send(input), await send({ ...input, body: ' once ' })];
    rowsBefore += 2;
    expect(again.data.sendMessage).toEqual({ ...first.data.sendMessage, replayed: true });
    const other = await send({ ...input, body: 'twice' });
    expect(other.data.sendMessage.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
    await expectNothingWritten();
  });

  it('answers with the first message also when the recipient has another handle by then', async () => {
    const dan = await api.person('dan');
    const input = { to: { handle: dan.handle }, body: 'once', idempotencyKey: randomUUID() };
    const first = await send(input);
    rowsBefore = (await api.table.rows()).length;
    await api.database.query('update public.users set handle = $1 where uuid = $2', [`${dan.handle}-new`, dan.id]);
    const again = await send(input);
    expect(again.data.sendMessage).toMatchObject({
      replayed: true,
      message: { id: first.data.sendMessage.message?.id },
    });
    await expectNothingWritten();
  });
});

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const twoOperations = { query: 'query A { me { id } } query B { me { handle } }' };

describe('a request', () => {
  const asAnn = (body: object | string) => post(api.url, body, { authorization: `Bearer ${ann.token}` });
  const deep = (depth: number) => `{ __type(name: "Query") ${'{ ofType '.repeat(depth)}{ name }${' }'.repeat(depth)} }`;

  it.each([
    ['of 2 MB', { query: `{ me { id } } # ${'x'.repeat(2_000_000)}` }, 413, 'PAYLOAD_TOO_LARGE'],
    ['of malformed JSON', '{"query": "{ me', 400, 'BAD_REQUEST'],
    ['without a body', '', 400, 'BAD_REQUEST'],
    ['without a query', {}, 400, 'BAD_REQUEST'],
    ['that is a batch', [{ query: '{ me { id } }' }, { query: '{ me { id } }' }], 400, 'BAD_REQUEST'],
    ['of depth 50', { query: deep(48) }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'with a thousand aliases',
      { query: `{ ${Array.from({ length: 1000 }, (_, n) => `a${n}: me { id }`).join(' ')} }` },
      400,
      'GRAPHQL_PARSE_FAILED',
    ],
    [
      'with 31 aliases',
      { query: `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: me { id }`).join(' ')} }` },
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['that does not parse', { query: '{ me { id }' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['for a field that is not there', { query: '{ me { password } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'for an operation that is not there',
      { ...twoOperations, operationName: 'C' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['for one of two operations', twoOperations, 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['with an empty operation name', { ...twoOperations, operationName: '' }, 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['with variables 5000 deep', `{"query":"{ me { id } }","variables":${nested(5000)}}`, 400, 'BAD_USER_INPUT'],
    ['with extensions 5000 deep', `{"query":"{ me { id } }","extensions":${nested(5000)}}`, 400, 'BAD_USER_INPUT'],
    [
      'with a variable 5000 deep',
      `{"query":${JSON.stringify(SEND)},"variables":{"input":${nested(5000)}}}`,
      400,
      'BAD_USER_INPUT',
    ],
    [
      'with twenty thousand values',
      { query: 'query ($id: ID!) { messageGroup(id: $id) { id } }', variables: { id: Array(20_000).fill(1) } },
      400,
      'BAD_USER_INPUT',
    ],
    ['whose query is no text', { query: ['{ me { id } }'] }, 400, 'BAD_REQUEST'],
    ['whose variables are text', { query: '{ me { id } }', variables: '{}' }, 400, 'BAD_REQUEST'],
    ['whose variables are a list', { query: '{ me { id } }', variables: [] }, 400, 'BAD_REQUEST'],
    ['whose operation name is no text', { query: '{ me { id } }', operationName: { a: 1 } }, 400, 'BAD_REQUEST'],
    ['whose extensions are a list', { query: '{ me { id } }', extensions: [] }, 400, 'BAD_REQUEST'],
    ['that is an empty batch', [], 400, 'BAD_REQUEST'],
    ['that is null', 'null', 400, 'BAD_REQUEST'],
  ])('%s is refused with a reason', async (_name, body, status, code) => {
    const answer = await asAnn(body);
    expect([answer.status, codes(answer)]).toEqual([status, [code]]);
  });

  it.each([
    ['query twice', 'query={me{id}}&query={me{id}}'],
    ['operationName twice', 'query={me{id}}&operationName=A&operationName=B'],
    ['variables twice', 'query={me{id}}&variables={}&variables={}'],
    ['variables that are no JSON', 'query={me{id}}&variables={'],
    ['variables that are a list', 'query={me{id}}&variables=[]'],
    ['variables 200 deep', `query={me{id}}&variables=${nested(200)}`],
  ])('with GET and %s is refused', async (_name, search) => {
    const headers = { authorization: `Bearer ${ann.token}`, 'apollo-require-preflight': '1' };
    expect((await fetch(`${api.url}?${search}`, { headers })).status).toBe(400);
  });

  it('with many faults is answered with the first five', async () => {
    const fields = Array.from({ length: 100 }, (_, n) => `nothing${n}`).join(' ');
    const ofDocument = await asAnn({ query: `{ me { ${fields} } }` });
    expect([ofDocument.status, codes(ofDocument)]).toEqual([400, Array(5).fill('GRAPHQL_VALIDATION_FAILED')]);
    const input = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`nothing${n}`, n]));
    const ofVariables = await asAnn({ query: SEND, variables: { input } });
    expect([ofVariables.status, codes(ofVariables)]).toEqual([400, Array(5).fill('BAD_USER_INPUT')]);
  });

  it.each(['POST', 'GET'])('with %s for a subscription is told where subscriptions are served', async (method) => {
    const query = 'subscription { inboxEvents { cursor } }';
    const headers = { authorization: `Bearer ${ann.token}`, 'apollo-require-preflight': '1' };
    const response = await (method === 'GET'
      ? fetch(`${api.url}?${new URLSearchParams({ query }).toString()}`, { headers })
      : fetch(api.url, {
          method,
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('graphql-transport-ws'), extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  it('that the caller got wrong leaves no error in the log', () => {
    expect(output.lines('unexpected error')).toEqual([]);
    expect(output.text()).not.toContain('node_modules');
  });

  it('to another path is told where the API is', async () => {
    const answer = await post(api.url.replace('/graphql', '/api/messages'), {}, {});
    expect([answer.status, answer.errors?.[0]?.message]).toEqual([404, expect.stringContaining('/graphql')]);
  });
});
