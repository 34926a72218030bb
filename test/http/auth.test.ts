import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { type GraphQLAnswer, type Person, startTestApi, type TestApi, type TestApiOptions } from '../support/api.ts';
import { databaseUrl } from '../support/environment.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { startTcpProxy } from '../support/tcpProxy.ts';

let api: TestApi;
let otherPool: Issuer;
let ann: Person;
beforeAll(async () => {
  [api, otherPool] = await Promise.all([startTestApi(), startIssuer()]);
  ann = await api.person('ann');
});
afterAll(() => Promise.all([api.stop(), otherPool.stop()]));

const ownApis: TestApi[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const own of ownApis.splice(0)) await own.stop();
});

/** An API that the test may break. */
async function startOwnApi(options?: TestApiOptions): Promise<TestApi> {
  const own = await startTestApi(options);
  ownApis.push(own);
  return own;
}

const ask = (authorization?: string, query = '{ me { id } }') =>
  api.run(query, {}, authorization === undefined ? {} : { authorization });
const askWith = (token: string) => ask(`Bearer ${token}`);

function reasonOf({ status, data, errors = [] }: GraphQLAnswer) {
  return {
    status,
    data,
    codes: errors.map(({ extensions }) => extensions['code']),
    reason: errors[0]?.extensions['reason'],
  };
}
const refusedWith = (reason: string) => ({ status: 401, data: undefined, codes: ['UNAUTHENTICATED'], reason });

/** The claims of a good token of Cognito, by hand. */
const claims = () => ({ sub: ann.sub, client_id: api.issuer.clientId, token_use: 'access' });

describe('a request is refused', () => {
  it.each([
    ['without a header', undefined, 'TOKEN_MISSING'],
    ['with an empty header', ' ', 'TOKEN_MISSING'],
    ['with Bearer alone', 'Bearer', 'TOKEN_MISSING'],
    ['with another scheme', 'Basic YW5uOnNlY3JldA==', 'TOKEN_INVALID'],
    ['with something that is no token', 'Bearer let-me-in', 'TOKEN_INVALID'],
    ['with two tokens', 'Bearer a b', 'TOKEN_INVALID'],
  ])('%s', async (_name, authorization, reason) => {
    expect(reasonOf(await ask(authorization))).toEqual(refusedWith(reason));
  });

  it('with an expired token', async () => {
    expect(reasonOf(await askWith(await api.issuer.accessToken({ ...claims(), expiresIn: -1 })))).toEqual(
      refusedWith('TOKEN_EXPIRED'),
    );
  });

  it.each([
    ['an id token', { token_use: 'id', client_id: undefined, aud: 'testclient' }],
    ['a token of another client', { client_id: 'otherclient' }],
    ['a token that names another pool', { iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other' }],
  ])('with %s', async (_name, other) => {
    const token = await api.issuer.accessToken({ ...claims(), ...other });
    expect(reasonOf(await askWith(token))).toEqual(refusedWith('TOKEN_INVALID'));
  });

  it('with a token of another pool, whatever pool it names', async () => {
    for (const iss of [otherPool.url, api.issuer.url]) {
      expect(reasonOf(await askWith(await otherPool.accessToken({ ...claims(), iss })))).toEqual(
        refusedWith('TOKEN_INVALID'),
      );
    }
  });

  it('with a token that nobody signed, or that was signed with the public key', async () => {
    const unsigned = new UnsecuredJWT(claims()).setIssuer(api.issuer.url).setExpirationTime('1h').encode();
    const jwks = await (await fetch(`${api.issuer.url}/.well-known/jwks.json`)).text();
    const withPublicKey = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .setIssuer(api.issuer.url)
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(jwks));
    for (const token of [unsigned, withPublicKey])
      expect(reasonOf(await askWith(token))).toEqual(refusedWith('TOKEN_INVALID'));
  });

  it('with a token that was changed after it was verified', async () => {
    await ann.run('{ me { id } }');
    const [header, , signature] = ann.token.split('.');
    const payload = Buffer.from(
      JSON.stringify({ ...claims(), sub: 'someone-else', iss: api.issuer.url, exp: 4_000_000_000 }),
    );
    const forged = `${String(header)}.${payload.toString('base64url')}.${String(signature)}`;
    expect(reasonOf(await askWith(forged))).toEqual(refusedWith('TOKEN_INVALID'));
  });

  it('with a valid token of a user without a row in Postgres', async () => {
    const token = await api.issuer.accessToken({ ...claims(), sub: 'unregistered' });
    expect(reasonOf(await askWith(token))).toEqual(refusedWith('USER_NOT_REGISTERED'));
  });

  it('as a whole, also where it asks for the schema besides', async () => {
    const answer = await ask(undefined, '{ __schema { queryType { name } } me { id } }');
    expect(reasonOf(answer)).toEqual(refusedWith('TOKEN_MISSING'));
  });
});

describe('a token', () => {
  it('is not needed to ask for the schema', async () => {
    expect(await ask(undefined, '{ __typename __schema { queryType { name } } }')).toMatchObject({
      status: 200,
      data: { __typename: 'Query', __schema: { queryType: { name: 'Query' } } },
    });
  });

  it('names its user, with Bearer written in any way', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      expect((await ask(`${scheme} ${ann.token}`)).data).toEqual({ me: { id: ann.id } });
    }
  });

  it('that was verified stops working when it expires', async () => {
    const token = await api.issuer.accessToken({ ...claims(), expiresIn: 4 });
    expect((await askWith(token)).status).toBe(200);
    await sleep(4100);
    expect(reasonOf(await askWith(token))).toEqual(refusedWith('TOKEN_EXPIRED'));
  });
});

it('who was seen stays signed in while Postgres is gone, for longer than they are remembered otherwise', async () => {
  const postgres = await startTcpProxy(databaseUrl());
  const own = await startOwnApi({ databaseUrl: postgres.url });
  const [seen, unseen] = [await own.person('seen'), await own.person('unseen')];
  await seen.run('{ me { id } }');
  postgres.misbehave('cut');
  const later = Date.now() + 600_000;
  jest.spyOn(Date, 'now').mockImplementation(() => later);
  const inbox = '{ messageGroups { nodes { id } } }';
  expect((await seen.run(inbox)).data.messageGroups.nodes).toEqual([]);
  expect((await unseen.run(inbox)).errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  await postgres.stop();
});

describe('the keys of the pool', () => {
  it('are fetched once for many tokens, and again for a key that is new', async () => {
    const own = await startOwnApi();
    const person = await own.person('person');
    const newToken = () => own.issuer.accessToken({ sub: person.sub });
    const askOwn = async () =>
      (await own.run('{ me { id } }', {}, { authorization: `Bearer ${await newToken()}` })).status;
    expect(await Promise.all(Array.from({ length: 20 }, askOwn))).toEqual(Array(20).fill(200));
    expect(own.issuer.fetches()).toBe(1);
    await own.issuer.rotate();
    expect(await Promise.all(Array.from({ length: 20 }, askOwn))).toEqual(Array(20).fill(200));
    expect(own.issuer.fetches()).toBe(2);
  });

  it('that cannot be fetched let verified tokens pass, and are no fault of the caller', async () => {
    const own = await startOwnApi();
    const person = await own.person('person');
    expect((await person.run('{ me { id } }')).status).toBe(200);
    await own.issuer.rotate();
    const unknown = await own.issuer.accessToken({ sub: person.sub });
    await own.issuer.stop();
    const answer = await own.run('{ me { id } }', {}, { authorization: `Bearer ${unknown}` });
    expect(reasonOf(answer)).toMatchObject({ status: 500, codes: ['INTERNAL_SERVER_ERROR'] });
    expect((await person.run('{ me { id } }')).status).toBe(200);
  });
});
