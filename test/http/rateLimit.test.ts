import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { startTestApi, type TestApi } from '../support/api.ts';
import { findRedis, startRedis } from '../support/nodes.ts';

const apis: TestApi[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()));
});

async function start(env: Record<string, string>): Promise<TestApi> {
  const api = await startTestApi({ env });
  apis.push(api);
  return api;
}

const ME = '{ me { id } }';

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
