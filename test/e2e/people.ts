import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import pg from 'pg';
import { createEmulatorClient, ensureUser, signIn } from '../../scripts/cognito/userPool.ts';

interface Stack {
  graphqlUrl: string;
  databaseUrl: string;
  dynamodbEndpoint: string;
  cognitoEndpoint: string;
  userPoolId: string;
  clientId: string;
}

export interface Person {
  id: string;
  /** Who this is in the user pool. */
  sub: string;
  handle: string;
  displayName: string;
  email: string;
}

export const PASSWORD = 'E2e-Tests-2026!';

export function stack(): Stack {
  return JSON.parse(process.env['E2E_STACK'] ?? '{}') as Stack;
}

export function homeUrl(): string {
  return new URL('/', stack().graphqlUrl).href;
}

/** Somebody new, in the user pool and in Postgres. */
export async function newPerson(name: string, displayName = name): Promise<Person> {
  const id = randomUUID();
  const handle = `${name.toLowerCase()}-${id.slice(0, 6)}`;
  const person = { id, handle, displayName, email: `${handle}@example.com` };
  const cognito = createEmulatorClient(stack().cognitoEndpoint);
  const sub = await ensureUser(cognito, stack().userPoolId, person, PASSWORD);
  cognito.destroy();
  await sql(
    'insert into public.users (uuid, handle, display_name, email, cognito_user_id) values ($1, $2, $3, $4, $5)',
    [id, handle, displayName, person.email, sub],
  );
  return { ...person, sub };
}

export async function sql(statement: string, values: string[]): Promise<void> {
  const client = new pg.Client(stack().databaseUrl);
  await client.connect();
  await client.query(statement, values);
  await client.end();
}

/** Sends a message past the browser: two people who share a conversation. */
export async function say(from: Person, to: Person, body: string): Promise<void> {
  const mutation = `mutation ($handle: String!, $body: String!) {
    sendMessage(input: { to: { handle: $handle }, body: $body }) { userErrors { code } }
  }`;
  await run(from, mutation, { handle: to.handle, body });
}

/** Every text that somebody got or sent, by who is at the other side, the oldest first. */
export async function textsOf(person: Person): Promise<Record<string, string[]>> {
  const query = `{ messageGroups(first: 3) { nodes { otherUser { id } messages(first: 10) { nodes { body } } } } }`;
  const { messageGroups } = (await run(person, query)) as {
    messageGroups: { nodes: { otherUser: { id: string }; messages: { nodes: { body: string }[] } }[] };
  };
  return Object.fromEntries(
    messageGroups.nodes.map(({ otherUser, messages }) => [
      otherUser.id,
      messages.nodes.map(({ body }) => body).reverse(),
    ]),
  );
}

/** Asks the user pool as the web client does, past the browser. */
export async function userPool(target: string, input: object): Promise<Response> {
  const { cognitoEndpoint, clientId } = stack();
  return fetch(cognitoEndpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${target}`,
    },
    body: JSON.stringify({ ClientId: clientId, ...input }),
  });
}

/** Runs an operation as somebody, past the browser. */
export async function run(person: Person, query: string, variables = {}): Promise<Record<string, unknown>> {
  const cognito = createEmulatorClient(stack().cognitoEndpoint);
  const token = await signIn(cognito, stack().clientId, person.email, PASSWORD);
  cognito.destroy();
  const response = await fetch(stack().graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

/** A browser of somebody's own, signed in, with the list of conversations open. Errors in its console fail the test. */
export async function open(
  browser: Browser,
  person: Person,
  options = {},
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (/Content Security Policy|Minified React error/.test(message.text())) throw new Error(message.text());
  });
  await page.goto(homeUrl());
  await signInOn(page, person);
  return { page, context };
}

export async function signInOn(page: Page, person: Person): Promise<void> {
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expectPerson(page, person);
}

/** The page is this person's. */
export async function expectPerson(page: Page, { displayName }: Person): Promise<void> {
  await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toHaveAttribute(
    'title',
    `Signed in as ${displayName}`,
  );
}

export async function signOutOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expectNobody(page);
}

/** The page asks who is there. */
export async function expectNobody(page: Page): Promise<void> {
  await expect(page.getByLabel('E-mail')).toBeVisible();
}

/** Collects as whom a browser sends: the `sub` of each token that leaves it, over HTTP and sockets. */
export function watchSenders(context: BrowserContext): Set<string> {
  const senders = new Set<string>();
  const add = (authorization: string) => {
    const claims = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString()) as {
      sub: string;
    };
    senders.add(claims.sub);
  };
  const watch = (page: Page) => {
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        const { type, payload: parameters } = JSON.parse(String(payload)) as {
          type: string;
          payload?: { authorization: string };
        };
        if (type === 'connection_init') add(parameters?.authorization ?? '');
      });
    });
  };
  context.on('request', (request) => {
    const { authorization } = request.headers();
    if (authorization !== undefined) add(authorization);
  });
  context.pages().forEach(watch);
  context.on('page', watch);
  return senders;
}

/** Opens the first message to somebody, by handle. */
export async function find(page: Page, { handle, displayName }: Person): Promise<void> {
  await page.getByPlaceholder('Write to @handle').fill(handle);
  await page.getByRole('button', { name: 'Find' }).click();
  await expect(page.getByLabel(`Message to ${displayName}`)).toBeVisible();
}

export async function write(page: Page, to: Person, text: string): Promise<void> {
  await page.getByLabel(`Message to ${to.displayName}`).fill(text);
  await page.keyboard.press('Enter');
}

/** The messages that are stored, as they are shown. */
export function messages(page: Page) {
  return page.locator('article.message:not(.pending)');
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const CHECK = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`;

/** What axe finds wrong with a page. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(CHECK);
}
