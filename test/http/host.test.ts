import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../support/api.ts';

const running: TestApi[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((api) => api.stop()));
});

async function start(env: Record<string, string>): Promise<TestApi> {
  const sandboxHeaders = () => Promise.resolve({ Authorization: 'Bearer the-demo-token' });
  const api = await startTestApi({ env, service: { sandboxHeaders } });
  running.push(api);
  return api;
}

/** The landing page, as a browser asks for it that was led here under the name of another host. */
async function pageFor({ url }: TestApi, host: string, headers: Record<string, string> = {}) {
  const asked = request(url, { headers: { accept: 'text/html', ...headers, host } }).end();
  const [answer] = (await Promise.race([once(asked, 'response'), once(asked, 'upgrade')])) as [IncomingMessage];
  let text = '';
  if (answer.statusCode !== 101) for await (const chunk of answer) text += String(chunk);
  answer.destroy();
  return { status: answer.statusCode, text };
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'graphql-transport-ws',
};

describe('in development', () => {
  it.each(['evil.example', 'evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example', 'a b'])(
    'a request for the host "%s" is refused with 421, and does not get the token of the landing page',
    async (host) => {
      const api = await start({ NODE_ENV: 'development' });
      const { status, text } = await pageFor(api, host);
      expect(status).toBe(421);
      expect(text).toContain('MISDIRECTED_REQUEST');
      expect(text).toContain('CORS_ORIGINS');
      expect(text).not.toContain('the-demo-token');
      expect((await pageFor(api, host, UPGRADE)).status).toBe(421);
    },
  );

  it('requests for localhost, for addresses and for the hosts of the settings are served', async () => {
    const api = await start({ NODE_ENV: 'development', CORS_ORIGINS: 'https://cruddur.example' });
    const hosts = ['localhost', 'LOCALHOST:4000', 'api.localhost', '127.0.0.1:4000', '[::1]:4000', 'cruddur.example'];
    for (const host of hosts) {
      expect(await pageFor(api, host)).toEqual({ status: 200, text: expect.stringContaining('the-demo-token') });
      expect((await pageFor(api, host, UPGRADE)).status).toBe(101);
    }
  });
});

describe('in production', () => {
  it('requests for any host are served', async () => {
    const api = await start({ NODE_ENV: 'production', COGNITO_ISSUER: 'https://cognito.example.com/pool' });
    expect((await pageFor(api, 'api.cruddur.example')).status).not.toBe(421);
    expect((await pageFor(api, 'api.cruddur.example', UPGRADE)).status).toBe(101);
  });
});
