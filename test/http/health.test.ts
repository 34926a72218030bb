import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../support/api.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from '../support/proxy.ts';

const ALLOWED_A_MINUTE = 600;

let proxy: DynamoDbProxy;
let api: TestApi;
beforeAll(async () => {
  proxy = await startDynamoDbProxy(dynamodbEndpoint());
  const env = { RATE_LIMIT: '1000', TRUSTED_PROXIES: '1' };
  api = await startTestApi({ dynamodbEndpoint: proxy.url, env });
});
afterAll(async () => {
  await api.stop();
  await proxy.stop();
});

async function statusOf(path: string, address: string): Promise<number> {
  const headers = { 'x-forwarded-for': address };
  return (await fetch(api.url.replace('/graphql', path), { headers })).status;
}

describe('health checks', () => {
  it('ask DynamoDB at most once a second, however many callers there are', async () => {
    let calls = 0;
    proxy.onCall(() => {
      calls++;
      return 'pass';
    });
    const startedAt = performance.now();
    for (let n = 0; n < 5; n++) {
      const statuses = await Promise.all(Array.from({ length: 40 }, () => statusOf('/health/ready', '198.51.100.1')));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(1 + (performance.now() - startedAt) / 1000);
  });

  it('of an address that asks too often are refused, and those of others answered', async () => {
    const statuses = [];
    while (statuses.length <= ALLOWED_A_MINUTE) statuses.push(await statusOf('/health/live', '198.51.100.2'));
    expect(statuses.indexOf(429)).toBe(ALLOWED_A_MINUTE);
    expect(await statusOf('/health/ready', '198.51.100.2')).toBe(429);
    expect(await statusOf('/health/live', '198.51.100.3')).toBe(200);
  });
});
