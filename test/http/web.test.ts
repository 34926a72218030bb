import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../support/api.ts';

const root = mkdtempSync(join(tmpdir(), 'web-'));
let api: TestApi;
beforeAll(async () => {
  mkdirSync(join(root, 'assets'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>the client</title>');
  writeFileSync(join(root, 'favicon.svg'), '<svg/>');
  writeFileSync(join(root, 'assets/index-abc.js'), 'export {}');
  api = await startTestApi({ service: { web: { root } } });
});
afterAll(async () => {
  await api.stop();
  rmSync(root, { recursive: true });
});

const get = (path: string) => fetch(new URL(path, api.url));

describe('the web client', () => {
  it.each(['/', '/messages', '/messages/5ae290ed-55d1-47a0-bc6d-fe2bc2700401', '/messages/new/bayko'])(
    'is served at %s, never cached, and lets nothing in but its own files',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('the client');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).toContain(`connect-src 'self' ${new URL(api.issuer.url).origin};`);
      expect(policy).not.toContain('unsafe');
    },
  );

  it('has its files cached for a year, and says where there is none', async () => {
    const script = await get('/assets/index-abc.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toContain('javascript');
    for (const path of ['/assets/nothing.js', '/nothing']) expect((await get(path)).status).toBe(404);
    expect((await get('/assets/..%2f..%2fpackage.json')).status).toBe(403);
  });

  it('is told how to sign in, and of nobody to sign in as where there is no demo', async () => {
    expect(await (await get('/config.json')).json()).toEqual({
      cognitoEndpoint: `${new URL(api.issuer.url).origin}/`,
      clientId: api.issuer.clientId,
      demoUsers: [],
    });
  });

  it('is not there where it was not built', async () => {
    const bare = await startTestApi();
    expect((await fetch(new URL('/', bare.url))).status).toBe(404);
    await bare.stop();
  });
});
