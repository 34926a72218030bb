import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type Person, startTestApi, type TestApi } from '../support/api.ts';

/** The recommendations of GraphQL over HTTP that are not met, by the audit's id. Every MUST is met. Only to be shortened. */
const NOT_MET: Record<string, string> = {
  '5A70': 'CSRF prevention wants a header of its own on every GET that a web page could send unasked',
  D6D5: 'as 5A70',
  '6A70': 'as 5A70',
  '572B': 'Apollo Server answers 400 to what it cannot parse, in either media type: monitors and clients rely on it',
  FDE2: 'as 572B, for what is not valid',
  '7B9B': 'as 572B, for variables that do not fit',
};

let api: TestApi;
let ann: Person;
beforeAll(async () => {
  api = await startTestApi();
  ann = await api.person('ann');
});
afterAll(() => api.stop());

const audits = serverAudits({ url: () => api.url, fetchFn: fetch });

describe('GraphQL over HTTP', () => {
  it.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn();
    const expected = audit.id in NOT_MET ? 'not met' : 'met';
    expect({ id: audit.id, outcome: result.status === 'ok' ? 'met' : 'not met', audit: result }).toMatchObject({
      id: audit.id,
      outcome: expected,
    });
  });

  it('has no exception from a MUST, and none for an audit that is gone', () => {
    const excepted = audits.filter(({ id }) => id in NOT_MET);
    expect(excepted).toHaveLength(Object.keys(NOT_MET).length);
    expect(excepted.filter(({ name }) => name.startsWith('MUST'))).toEqual([]);
  });
});

describe('a GET', () => {
  const get = (query: string, headers: Record<string, string>) =>
    fetch(`${api.url}?${new URLSearchParams({ query }).toString()}`, {
      headers: { authorization: `Bearer ${ann.token}`, ...headers },
    });

  it('answers a query that no web page could have sent unasked', async () => {
    const response = await get('{ me { handle } }', { 'apollo-require-preflight': '1' });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: { me: { handle: ann.handle } } });
    expect((await get('{ me { handle } }', {})).status).toBe(400);
  });

  it('never runs a mutation', async () => {
    const mutation = 'mutation { sendMessage(input: { to: { handle: "x" }, body: "x" }) { replayed } }';
    const response = await get(mutation, { 'apollo-require-preflight': '1' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('the media type of an answer', () => {
  const post = async (accept: string | undefined, query = '{ me { handle } }') => {
    const response = await fetch(api.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ann.token}`,
        'content-type': 'application/json',
        ...(accept !== undefined && { accept }),
      },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, type: response.headers.get('content-type') };
  };

  it.each([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
    ['application/json, application/graphql-response+json;q=0.9', 'application/json; charset=utf-8'],
  ])('for %s is %s', async (accept, type) => {
    expect(await post(accept)).toEqual({ status: 200, type });
  });

  it('that nobody speaks is refused', async () => {
    expect(await post('text/html')).toMatchObject({ status: 406 });
  });

  it('is the same for an error', async () => {
    expect(await post('application/graphql-response+json', '{ nothing }')).toEqual({
      status: 400,
      type: 'application/graphql-response+json; charset=utf-8',
    });
  });
});
