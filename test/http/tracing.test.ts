import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Person, post, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { keepLog } from '../support/logged.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string } }[];
  status: { code: number };
}
interface Export {
  resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[];
}

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const SECRET_TEXT = 'meet me at noon';

/** A collector that keeps what is exported, as OTLP over HTTP in JSON. */
const exported: string[] = [];
const spans = () =>
  exported
    .flatMap((text) => (JSON.parse(text) as Export).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
const attributesOf = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));

const log = keepLog();
let collector: Server;
let api: TestApi;
let ann: Person;
let groupId: string;
beforeAll(async () => {
  collector = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      exported.push(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })();
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  // The SDK reads its variables itself.
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'messages-of-the-test',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  };
  Object.assign(process.env, variables);
  api = await startTestApi({ env: { ...variables, LOG_LEVEL: 'info' }, service: { logOutput: log.destination } });
  for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  ann = await api.person('ann');
  const ben = await api.person('ben');
  const sent = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: SECRET_TEXT } });
  groupId = String(sent.data.sendMessage.messageGroup?.id);
});
afterAll(async () => {
  await api.stop();
  collector.close();
});

async function traced(query: string): Promise<Span[]> {
  const headers = { authorization: `Bearer ${ann.token}`, traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` };
  await post(api.url, { query }, headers);
  const ofTrace = () => spans().filter(({ traceId }) => traceId === TRACE_ID);
  while (!ofTrace().some(({ parentSpanId }) => parentSpanId === PARENT_ID)) await sleep(20);
  return ofTrace();
}

describe('traces, where the variables of OpenTelemetry ask for them', () => {
  it('show the operation, its resolvers that call, their calls and statements, below the caller’s span', async () => {
    const found = await traced(
      `query Read { messages(messageGroupId: "${groupId}") { nodes { body sender { displayName } } } }`,
    );
    const [root] = found.filter(({ parentSpanId }) => parentSpanId === PARENT_ID);
    const below = (parent: Span | undefined) => found.filter(({ parentSpanId }) => parentSpanId === parent?.spanId);
    expect(root).toMatchObject({ name: 'query' });
    expect(root && attributesOf(root)).toMatchObject({ 'graphql.operation.name': 'Read' });
    const [resolver] = below(root).filter(({ name }) => name === 'Query.messages');
    const calls = below(resolver).filter(({ name }) => name === 'DynamoDB.Query');
    expect(calls.map((call) => attributesOf(call)['db.collection.name'])).toEqual(calls.map(() => api.table.table));
    expect(calls.length).toBeGreaterThan(0);
    const statements = found.filter((span) => attributesOf(span)['db.system.name'] === 'postgresql');
    expect(statements.map(({ name }) => name)).toEqual(['users_by_ids']);
  });

  it('name the service as the variables do, and tell neither texts nor tokens', () => {
    const all = exported.join('');
    expect(all).toContain('messages-of-the-test');
    expect(all).not.toContain(SECRET_TEXT);
    expect(all).not.toContain(ann.token);
    expect(all).not.toContain(ann.handle);
  });

  it('are named by the lines of the log', () => {
    expect(log.lines('request').at(-1)).toMatchObject({ operationName: 'Read' });
    expect(log.text()).toContain(TRACE_ID);
  });
});

it('nothing is sent, and no line has a trace id, without those variables', async () => {
  const silent = keepLog();
  const untraced = await startTestApi({ env: { LOG_LEVEL: 'info' }, service: { logOutput: silent.destination } });
  const before = exported.length;
  await untraced.run('{ __typename }');
  await sleep(200);
  expect(exported).toHaveLength(before);
  expect(silent.text()).not.toContain('trace_id');
  await untraced.stop();
});
