import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Person, startTestApi, type TestApi } from '../support/api.ts';

interface Answer {
  status: number;
  text: string;
  json: { data?: Record<string, unknown> | null; errors?: { message: string; extensions?: object }[] } | unknown[];
}

type Send = (init: {
  method?: string;
  search?: string;
  headers?: Record<string, string>;
  body?: string;
}) => Promise<Answer>;

/** The query as graphql-cop sends it. */
const post = (send: Send, query: string) =>
  send({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName: 'cop' }),
  });
const get = (send: Send, query: string) => send({ search: `?${new URLSearchParams({ query }).toString()}` });

const dataOf = ({ json }: Answer): Record<string, unknown> => (Array.isArray(json) ? {} : (json.data ?? {}));
const errorsOf = ({ json }: Answer) => (Array.isArray(json) ? [] : (json.errors ?? []));

/** The checks of graphql-cop 1.15 with its own queries: each resolves with true if it would report a finding. */
const GRAPHQL_COP: Record<string, (send: Send) => Promise<boolean>> = {
  'alias overloading': async (send) => {
    const aliases = Array.from({ length: 101 }, (_, n) => `alias${n}:__typename \n`).join('');
    return 'alias100' in dataOf(await post(send, `query cop { ${aliases} }`));
  },
  'array-based query batching': async (send) => {
    const body = JSON.stringify(Array(10).fill({ query: 'query cop { __typename }' }));
    const { json } = await send({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return Array.isArray(json) && json.length >= 10;
  },
  'introspection-based circular query': async (send) => {
    const deep = '{ fields { type '.repeat(4);
    const answer = await post(send, `query cop { __schema { types ${deep}{ name } ${'} '.repeat(10)}`);
    return '__schema' in dataOf(answer);
  },
  'directive overloading': async (send) =>
    errorsOf(await post(send, 'query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }')).length >= 10,
  'field duplication': async (send) =>
    '__typename' in dataOf(await post(send, `query cop { ${'__typename \n'.repeat(500)}} `)),
  'field suggestions': async (send) =>
    (await post(send, 'query cop { __schema { directive } }')).text.includes('Did you mean') ||
    (await post(send, 'query cop { mee { id } }')).text.includes('Did you mean'),
  'mutation over GET': async (send) => '__typename' in dataOf(await get(send, 'mutation cop {__typename}')),
  'query over GET without a preflight': async (send) =>
    '__typename' in dataOf(await get(send, 'query cop {__typename}')),
  'an IDE': async (send) => {
    const { text } = await send({ headers: { accept: 'text/html' } });
    return ['graphiql', 'playground', 'sandbox', '<html'].some((word) => text.toLowerCase().includes(word));
  },
  introspection: async (send) =>
    '__schema' in dataOf(await post(send, 'query cop { __schema { types { name fields { name } } } }')),
  'query in a form, over POST': async (send) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ query: 'query cop { __typename }' }).toString();
    return '__typename' in dataOf(await send({ method: 'POST', headers, body }));
  },
  'trace mode': async (send) => (await post(send, 'query cop { __typename }')).text.includes('"tracing"'),
  'unhandled errors': async (send) => {
    const { text, status } = await post(send, 'qwerty cop { abc }');
    return status >= 500 || /exception|stacktrace|node_modules/.test(text);
  },
};

/** What other auditors look for: clairvoyance and BatchQL (suggestions elsewhere than on fields), graphql-cop before 1.15. */
const OTHERS: Record<string, (send: Send) => Promise<boolean>> = {
  'suggestions of arguments': async (send) =>
    (await post(send, 'query cop { user(handl: "x") { id } }')).text.includes('Did you mean'),
  'suggestions of types': async (send) =>
    (await post(send, 'query cop { ... on Querry { me { id } } }')).text.includes('Did you mean'),
  'suggestions of input fields, in the document': async (send) =>
    (await post(send, 'mutation cop { sendMessage(input: { bodi: "x" }) { replayed } }')).text.includes('Did you mean'),
  'suggestions of input fields, in the variables': async (send) => {
    const query = 'mutation cop($input: SendMessageInput!) { sendMessage(input: $input) { replayed } }';
    const body = JSON.stringify({ query, variables: { input: { bodi: 'x' } } });
    const { text } = await send({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return text.includes('Did you mean');
  },
  'introspection by __type': async (send) =>
    '__type' in dataOf(await post(send, 'query cop { __type(name: "User") { name } }')),
  'introspection over GET': async (send) => {
    const search = `?${new URLSearchParams({ query: '{ __schema { queryType { name } } }' }).toString()}`;
    return '__schema' in dataOf(await send({ search, headers: { 'apollo-require-preflight': '1' } }));
  },
  'circular fragments': async (send) => {
    const { status, text } = await post(
      send,
      'query cop { me { ...A } } fragment A on User { ...B } fragment B on User { ...A }',
    );
    return status >= 500 || text.includes('"data"');
  },
};

let api: TestApi;
let ann: Person;
beforeAll(async () => {
  api = await startTestApi({ production: true });
  ann = await api.person('ann');
});
afterAll(() => api.stop());

describe.each([
  ['without a token', () => ({})],
  ['with a token', () => ({ authorization: `Bearer ${ann.token}` })],
])('an auditor of a server in production, %s,', (_name, authorization) => {
  const send: Send = async ({ method = 'GET', search = '', headers, body }) => {
    const response = await fetch(`${api.url}${search}`, {
      method,
      headers: { ...headers, ...authorization() },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text) as Answer['json'] };
  };

  it.each(Object.entries(GRAPHQL_COP))('does not report %s', async (_check, finds) => {
    expect(await finds(send)).toBe(false);
  });

  it.each(Object.entries(OTHERS))('does not report %s', async (_check, finds) => {
    expect(await finds(send)).toBe(false);
  });
});
