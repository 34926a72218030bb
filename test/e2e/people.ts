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
export async function newPerson(name: string): Promise<Person> {
  const id = randomUUID();
  const handle = `${name.toLowerCase()}-${id.slice(0, 6)}`;
  const person = { id, handle, displayName: name, email: `${handle}@example.com` };
  const cognito = createEmulatorClient(stack().cognitoEndpoint);
  const sub = await ensureUser(cognito, stack().userPoolId, person, PASSWORD);
  cognito.destroy();
  const client = new pg.Client(stack().databaseUrl);
  await client.connect();
  await client.query(
    'insert into public.users (uuid, handle, display_name, email, cognito_user_id) values ($1, $2, $3, $4, $5)',
    [id, handle, name, person.email, sub],
  );
  await client.end();
  return person;
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
  return ((await response.json()) as { data: Record<string, unknown> }).data;
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
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible();
  return { page, context };
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
