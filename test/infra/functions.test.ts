import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createMessages } from '../../src/messages/messages.ts';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { databaseUrl, dynamodbEndpoint } from '../support/environment.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Assembly, assemble } from './synthesise.ts';

let assembly: Assembly;
let api: TestApi;
let [ann, ben]: Person[] = [];
beforeAll(async () => {
  [assembly, api] = await Promise.all([assemble({ apiOn: 'lambda' }), startTestApi()]);
  [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
});
afterAll(async () => {
  await Promise.all([assembly.remove(), api.stop()]);
});

/** The file that a function of the template would be deployed with. */
function bundleOf(id: string): string {
  const bundled = z.object({ Properties: z.object({ Code: z.object({ S3Key: z.string() }) }) });
  const functions = Object.entries(assembly.template.findResources('AWS::Lambda::Function'));
  const [, found] = functions.find(([name]) => name.startsWith(id)) ?? [];
  const { S3Key: key } = bundled.parse(found).Properties.Code;
  return join(assembly.folder, `asset.${key.replace(/\.zip$/, '')}`, 'index.mjs');
}

interface Run {
  answers: unknown[];
  /** What the function wrote before each answer. */
  logs: string[];
}

const ANSWER = 'ANSWER ';
/** As Lambda does: imports once, then hands over one event after the other. */
const RUNTIME = `
  const { handler } = await import(process.env.BUNDLE);
  for (const event of JSON.parse(process.env.EVENTS)) {
    console.log(${JSON.stringify(ANSWER)} + JSON.stringify(await handler(event, {})));
  }
  process.exit();
`;

async function run(bundle: string, events: unknown[], environment: Record<string, string>): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', RUNTIME], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      DYNAMODB_ENDPOINT: dynamodbEndpoint(),
      MESSAGES_TABLE: api.table.table,
      BUNDLE: pathToFileURL(bundle).href,
      EVENTS: JSON.stringify(events),
      ...environment,
    },
  });
  const parts = stdout.split(/^ANSWER (.*)\n/m);
  return {
    logs: parts.filter((_part, index) => index % 2 === 0),
    answers: parts.filter((_part, index) => index % 2 === 1).map((text): unknown => JSON.parse(text)),
  };
}

/** Secrets Manager, with one secret, as RDS writes it. */
async function startSecrets(password: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.headers['x-amz-target']));
    const SecretString = JSON.stringify({ username: 'cruddur', password, engine: 'postgres' });
    response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify({ SecretString }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a load balancer makes of a request. Of what follows the question mark it decodes nothing. */
function albEvent(request: {
  method?: string;
  path?: string;
  query?: Record<string, string>;
  body?: object;
  token?: string;
}) {
  const { method = 'POST', path = '/graphql', query = {}, body, token } = request;
  const encoded = Object.entries(query).map(([name, value]): [string, string] => [name, encodeURIComponent(value)]);
  return {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/api/1' },
    },
    httpMethod: method,
    path,
    queryStringParameters: Object.fromEntries(encoded),
    headers: {
      host: 'api.localhost',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? '' : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

const albAnswer = z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()), body: z.string() });

describe('the Lambda of the API', () => {
  let answers: { status: number; body: unknown }[];
  let logs: string[];
  let secretsAsked: string[];
  beforeAll(async () => {
    const database = new URL(databaseUrl());
    const secrets = await startSecrets(decodeURIComponent(database.password));
    database.password = '';
    const token = ann?.token ?? '';
    const me = '{ me { handle } }';
    const to = { handle: ben?.handle };
    const ran = await run(
      bundleOf('Api'),
      [
        albEvent({ token, body: { query: me } }),
        albEvent({ token, body: { query: SEND, variables: { input: { to, body: 'From a Lambda' } } } }),
        albEvent({ token, method: 'GET', query: { query: 'query Who { me { handle } }' } }),
        albEvent({ method: 'GET', path: '/health/ready' }),
        albEvent({ body: { query: me } }),
      ],
      {
        LOG_LEVEL: 'info',
        DATABASE_URL: database.href,
        DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111111111111:secret:1',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        COGNITO_USER_POOL_ID: 'test_pool',
        COGNITO_CLIENT_ID: api.issuer.clientId,
        COGNITO_ISSUER: api.issuer.url,
        TRUSTED_PROXIES: '1',
      },
    );
    secrets.stop();
    secretsAsked = secrets.asked;
    ({ logs } = ran);
    answers = ran.answers.map((answer) => {
      const { statusCode, body } = albAnswer.parse(answer);
      return { status: statusCode, body: JSON.parse(body) as unknown };
    });
  });

  it('answers queries, by POST and by GET', () => {
    const expected = { status: 200, body: { data: { me: { handle: ann?.handle } } } };
    expect(answers[0]).toEqual(expected);
    expect(answers[2]).toEqual(expected);
  });

  it('sends messages', async () => {
    expect(answers[1]).toMatchObject({
      status: 200,
      body: { data: { sendMessage: { message: { body: 'From a Lambda' }, isNewMessageGroup: true, userErrors: [] } } },
    });
    expect(await api.table.rows('MSG#')).toHaveLength(1);
  });

  it('answers as the server does to who asks for its health, or has no token', () => {
    expect(answers[3]).toMatchObject({ status: 200, body: { status: 'ready', dynamodb: 'up', postgres: 'up' } });
    expect(answers[4]).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
  });

  it('asks for the password of Postgres once', () => {
    expect(secretsAsked).toEqual(['secretsmanager.GetSecretValue']);
  });

  it('writes the line of a request before it answers', () => {
    for (const log of logs.slice(0, 3)) expect(log).toMatch(/"path":"\/graphql","status":200/);
  });
});

describe('the Lambda of the stream', () => {
  it('moves the group rows', async () => {
    const messages = createMessages(api.table);
    const [cat, dan] = await Promise.all([api.person('cat'), api.person('dan')]);
    await messages.sendToUser(cat, dan, 'one');
    await messages.sendToUser(dan, cat, 'two');
    const rows = await api.table.rows('MSG#');
    const Records = rows.map((row, index) => ({
      eventName: 'INSERT',
      dynamodb: {
        SequenceNumber: String(index),
        NewImage: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, { S: String(value) }])),
      },
    }));
    const { answers } = await run(bundleOf('Stream'), [{ Records }], {});
    expect(answers).toEqual([{ batchItemFailures: [] }]);
    expect(brokenInvariants(await api.table.rows())).toEqual([]);
  });
});
