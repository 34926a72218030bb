import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { SEND, startTestApi, type TestApi } from '../support/api.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { type DynamoDbProxy, startDynamoDbProxy, THROTTLED } from '../support/proxy.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';

let api: TestApi;
let proxy: DynamoDbProxy;
beforeAll(async () => {
  proxy = await startDynamoDbProxy(dynamodbEndpoint());
  api = await startTestApi({ dynamodbEndpoint: proxy.url, env: { METRICS_PORT: '0' } });
});
afterAll(async () => {
  await api.stop();
  await proxy.stop();
});

async function textOf(port: number | undefined): Promise<string> {
  return (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
}

describe('the metrics', () => {
  it('count operations by name, calls by command and outcome, statements, and subscriptions', async () => {
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const input = { to: { handle: ben.handle }, body: 'hello', idempotencyKey: 'one' };
    await ann.run(SEND, { input });
    await ann.run(SEND, { input });
    let throttled = 0;
    proxy.onCall(({ operation }) => (operation === 'Query' && throttled++ === 0 ? THROTTLED : 'pass'));
    await ann.run('query Mine { messageGroups { nodes { otherUser { handle } } } }');
    proxy.onCall(() => 'pass');
    const client = connect(api.url, bearer(ann.token));
    const after = Buffer.from('v1:2025-01-01T00:00:00.000000Z').toString('base64url');
    const heard = subscribe(client, `subscription { inboxEvents(after: "${after}") { cursor } }`);
    await heard.until(1);
    const text = await textOf(api.metricsPort);
    expect(text).toMatch(/cruddur_operation_seconds_count\{operation="Send",status="200"\} 2/);
    expect(text).toMatch(/cruddur_dynamodb_calls_total\{command="TransactWriteItems",outcome="ok"\} 1/);
    expect(text).toMatch(/cruddur_dynamodb_calls_total\{command="TransactWriteItems",outcome="refused"\} 1/);
    expect(text).toMatch(/cruddur_dynamodb_retries_total\{command="Query"\} 1/);
    expect(text).toMatch(/cruddur_dynamodb_throttles_total\{command="Query"\} 1/);
    expect(text).toMatch(/cruddur_cache_lookups_total\{cache="viewers",outcome="miss"\} [12]/);
    expect(text).toMatch(/cruddur_dynamodb_units_total\{command="Query"\} [\d.]+/);
    expect(text).toMatch(/cruddur_sql_seconds_count\{statement="relation_by_handle",outcome="ok"\} 2/);
    expect(text).toMatch(/cruddur_open_subscriptions 1/);
    expect(text).toMatch(/cruddur_nodejs_eventloop_lag_seconds /);
    heard.stop();
    await client.dispose();
  });

  it('are those that the dashboard of Grafana shows', async () => {
    const dashboard = readFileSync(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8');
    const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] };
    const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const shown = expressions.flatMap((expression) => expression.match(/cruddur_\w+/g) ?? []);
    const served = await textOf(api.metricsPort);
    const missing = shown.filter((name) => !served.includes(`# TYPE ${name.replace(/_(count|bucket)$/, '')} `));
    expect(shown.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });

  it('know a hundred names of operations, and call the rest others', async () => {
    const own = createMetrics();
    const server = await own.listen('127.0.0.1', 0, createLogger('silent'));
    for (let n = 0; n < 300; n++) own.operation(`Operation${n}`, 200, 0.01);
    own.projection(10, 2);
    own.projectionLag(1.5);
    const text = await textOf(server.port);
    expect(new Set(text.match(/operation="\w+"/g)).size).toBe(101);
    expect(text).toMatch(/cruddur_operation_seconds_count\{operation="other",status="200"\} 200/);
    expect(text).toMatch(/cruddur_stream_records_total\{outcome="failed"\} 2/);
    expect(text).toMatch(/cruddur_projection_lag_seconds 1.5/);
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
    await server.close();
  });
});
