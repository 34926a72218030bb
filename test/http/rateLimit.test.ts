import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { createRateLimit } from '../../src/rateLimit.ts';
import { post, startTestApi, type TestApi, type TestApiOptions } from '../support/api.ts';
import { keepLog } from '../support/logged.ts';
import { findRedis, startRedis } from '../support/nodes.ts';
import { bearer, connect as connectSocket, subscribe } from '../support/socket.ts';

const apis: TestApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()));
});

async function start(env: Record<string, string>, service: TestApiOptions['service'] = {}): Promise<TestApi> {
  const api = await startTestApi({ env, service });
  apis.push(api);
  return api;
}

const ME = '{ me { id } }';
const EXPENSIVE = 'messageGroups(first: 100) { nodes { messages { nodes { id } } } }';

/** The first line of what is answered to a request whose body never comes. */
async function answerToHeaders(url: string, header: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const headers = [header, 'content-type: application/json', 'content-length: 20'].filter(Boolean);
  socket.write(`POST /graphql HTTP/1.1\r\nhost: localhost\r\n${headers.join('\r\n')}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return String(answer.toString().split('\r\n')[0]);
}

describe('a rate limit', () => {
  it('refuses who has spent the points of a minute, says when to come back, and leaves others alone', async () => {
    const api = await start({ RATE_LIMIT: '10' });
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const answers = [];
    for (let n = 0; n < 6; n++) answers.push(await ann.run(ME));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = answers.at(-1);
    expect(refused?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } }]);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ben.run(ME)).status).toBe(200);
  });

  it('is by cost: a large page takes more', async () => {
    const api = await start({ RATE_LIMIT: '30' });
    const ann = await api.person('ann');
    const page = '{ messageGroups(first: 100) { nodes { id } } }';
    expect((await ann.run(page)).status).toBe(200);
    expect((await ann.run(page)).status).toBe(200);
    expect((await ann.run(page)).status).toBe(429);
  });

  it('holds for an address that sends no valid token, and not for who has one', async () => {
    const api = await start({ RATE_LIMIT: '1000' });
    const ann = await api.person('ann');
    const statuses = await Promise.all(
      Array.from({ length: 120 }, async () => (await api.run(ME, {}, { authorization: 'Bearer nonsense' })).status),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    expect((await ann.run(ME)).status).toBe(200);
  });

  it('refuses from the headers alone: an address or a user over it need not send a body', async () => {
    const api = await start({ RATE_LIMIT: '10' });
    const ann = await api.person('ann');
    expect((await api.run('{ __typename }')).status).toBe(200);
    expect(await answerToHeaders(api.url, 'authorization: Bearer nonsense')).toBe('HTTP/1.1 429 Too Many Requests');
    const asAnn = `authorization: Bearer ${ann.token}`;
    while ((await ann.run(ME)).status !== 429);
    expect(await answerToHeaders(api.url, asAnn)).toBe('HTTP/1.1 429 Too Many Requests');
  });

  const json = 'application/json';
  const page = 'messageGroups(first: $n) { nodes { id } }';
  it.each([
    ['a document that does not parse', json, '{"query":"{"}'],
    ['a document that is not valid', json, '{"query":"{ nothing }"}'],
    ['a document that is too large', json, JSON.stringify({ query: `{ ${'__typename '.repeat(50)} }` })],
    ['an operation that is too expensive', json, JSON.stringify({ query: `{ ${EXPENSIVE} }` })],
    ['an operation that is not there', json, '{"query":"query A { me { id } }","operationName":"B"}'],
    [
      'variables that do not fit',
      json,
      JSON.stringify({ query: `query ($n: Int) { ${page} }`, variables: { n: 'x' } }),
    ],
    ['variables that are too many', json, JSON.stringify({ query: ME, variables: { many: Array(2000).fill(1) } })],
    ['a subscription', json, '{"query":"subscription { inboxEvents { cursor } }"}'],
    ['malformed JSON', json, '{'],
    ['a batch', json, '[{"query":"{ me { id } }"}]'],
    ['a request without a query', json, '{}'],
    ['a form', 'application/x-www-form-urlencoded', 'query={ me { id } }'],
  ])('charges a viewer for %s', async (_name, type, body) => {
    const api = await start({ RATE_LIMIT: '20' });
    const ann = await api.person('ann');
    const headers = { authorization: `Bearer ${ann.token}`, 'content-type': type };
    const statuses: number[] = [];
    while (statuses.length < 30 && statuses.at(-1) !== 429) {
      statuses.push((await post(api.url, body, headers)).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(new Set(statuses.slice(0, -1)).size).toBe(1);
    expect(statuses[0]).toBeGreaterThanOrEqual(400);
  });

  it('charges for a document that is not known by its size, and takes that off what the operation costs', async () => {
    const api = await start({ RATE_LIMIT: '10' });
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const long = `${ME} # ${'x'.repeat(800)}`;
    // Nine points, of which the operation would cost two.
    expect((await ann.run(long)).status).toBe(200);
    expect((await ann.run(ME)).status).toBe(429);
    for (let n = 0; n < 5; n++) expect((await ben.run(long)).status).toBe(200);
    expect((await ben.run(long)).status).toBe(429);
  });

  it('charges for what is refused over a socket', async () => {
    const api = await start({ RATE_LIMIT: '20' });
    const ann = await api.person('ann');
    const client = connectSocket(api.url, bearer(ann.token));
    // Keeps the socket open.
    const idle = subscribe(client, 'subscription { inboxEvents { cursor } }');
    const codeOf = async () => {
      const ended = await subscribe(client, '{ nothing }').ended;
      return Array.isArray(ended) ? (ended as { extensions: { code: string } }[])[0]?.extensions.code : 'closed';
    };
    const codes = [];
    while (codes.length < 20 && codes.at(-1) !== 'RATE_LIMITED') codes.push(await codeOf());
    expect(codes.at(-1)).toBe('RATE_LIMITED');
    expect(new Set(codes.slice(0, -1))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
    expect((await ann.run(ME)).status).toBe(429);
    idle.stop();
    await client.dispose();
  });

  it('says in the log once who is over it, and nothing of what is refused then', async () => {
    const output = keepLog();
    const api = await start({ RATE_LIMIT: '10', LOG_LEVEL: 'info' }, { logOutput: output.destination });
    const ann = await api.person('ann');
    for (let n = 0; n < 20; n++) await ann.run(ME);
    // Those that were served, and the one that was refused for its price.
    expect(output.lines('request')).toHaveLength(6);
    const limited = output.text().match(/over the rate limit/g);
    expect(limited).toHaveLength(1);
  });

  it('remembers fifty thousand addresses, and forgets the one that came first', async () => {
    const rateLimit = createRateLimit({ pointsPerMinute: 10, redisUrl: undefined });
    await rateLimit.takeOfAddress('first', 1);
    await expect(rateLimit.takeOfAddress('first', 1)).rejects.toThrow('Too much');
    for (let n = 0; n < 50_000; n++) await rateLimit.takeOfAddress(`other-${n}`, 1);
    await rateLimit.takeOfAddress('first', 1);
    await expect(rateLimit.takeOfAddress('other-49999', 1)).rejects.toThrow('Too much');
    rateLimit.close();
  });

  it.each([
    [
      'an IPv4 address',
      '198.51.100.1',
      ['198.51.100.1:5678', '::ffff:198.51.100.1', '::FFFF:c633:6401', '[::ffff:198.51.100.1]:443'],
      '198.51.100.2:5678',
    ],
    [
      'the /64 of an IPv6 address',
      '2001:db8:0:1::1',
      ['2001:DB8:0:1:ffff::', '2001:db8:0:1:1:2:3:4', '[2001:db8:0:1::2]', '[2001:db8:0:1::2]:443'],
      '[2001:db8:0:2::1]:443',
    ],
    [
      'everything that is no address',
      'nonsense',
      ['unknown', '1.2.3.4:', '1.2.3:80', '[1.2.3.4]x', '[]:80'],
      '198.51.100.1',
    ],
  ])('counts %s as one address', async (_name, first, same, other) => {
    const api = await start({ RATE_LIMIT: '10', TRUSTED_PROXIES: '1' });
    const statusFrom = async (address: string) =>
      (await api.run(ME, {}, { authorization: 'Bearer nonsense', 'x-forwarded-for': address })).status;
    expect(await statusFrom(first)).toBe(401);
    for (const address of same)
      expect({ address, status: await statusFrom(address) }).toEqual({ address, status: 429 });
    expect(await statusFrom(other)).toBe(401);
  });

  it('holds for the sockets of an address too, behind the proxies that are believed', async () => {
    const api = await start({ RATE_LIMIT: '100', TRUSTED_PROXIES: '1' });
    const closeFrom = async (address: string) => {
      const socket = new WebSocket(api.url.replace('http', 'ws'), 'graphql-transport-ws', {
        headers: { 'x-forwarded-for': `203.0.113.9, ${address}` },
      });
      socket.once('open', () => {
        socket.send('{"type":"connection_init","payload":{"authorization":"Bearer nonsense"}}');
      });
      const [code] = (await once(socket, 'close')) as [number];
      return code;
    };
    const codes = [];
    for (let n = 0; n < 11; n++) codes.push(await closeFrom('198.51.100.1'));
    expect(codes).toEqual([...Array<number>(10).fill(4403), 1013]);
    expect(await closeFrom('198.51.100.2')).toBe(4403);
  });

  it('is off unless it is set, outside of production', async () => {
    const api = await start({});
    const ann = await api.person('ann');
    for (let n = 0; n < 50; n++) expect((await ann.run(ME)).status).toBe(200);
  });

  const redis = findRedis();
  (redis === null ? it.skip : it)('is shared by nodes through Redis, and goes on without it', async () => {
    const server = await startRedis(redis ?? '');
    const env = { RATE_LIMIT: '10', REDIS_URL: server.url };
    const api = await start(env);
    const ann = await api.person('ann');
    const other = await start({ ...env, COGNITO_ISSUER: api.issuer.url, COGNITO_CLIENT_ID: api.issuer.clientId });
    const asAnn = { authorization: `Bearer ${ann.token}` };
    for (let n = 0; n < 3; n++) expect((await ann.run(ME)).status).toBe(200);
    expect((await other.run(ME, {}, asAnn)).status).toBe(200);
    expect((await other.run(ME, {}, asAnn)).status).toBe(200);
    expect((await ann.run(ME)).status).toBe(429);
    await server.kill();
    expect((await ann.run(ME)).status).toBe(200);
  });
});
