import { createHmac } from 'node:crypto';
import { type BrowserContext, expect, type Page, type Route, test } from '@playwright/test';
import {
  expectNobody,
  expectPerson,
  find,
  homeUrl,
  messages,
  newPerson,
  open,
  PASSWORD,
  type Person,
  say,
  signInOn,
  signOutOn,
  stack,
  textsOf,
  userPool,
  watchSenders,
  write,
} from './people.ts';

test('what one person could not send and was writing is neither shown to nor sent by the next one', async ({
  browser,
}) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  const { page } = await open(browser, ann);
  await failSending(page);
  await find(page, cy);
  await write(page, cy, 'from Ann alone');
  await expect(page.getByText('Not sent.')).toBeVisible();
  await page.getByLabel('Message to Cy').fill('half a thought of Ann');

  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out and delete' }).click();
  await expectNobody(page);
  await page.unroute('**/graphql');
  await signInOn(page, bea);
  await find(page, cy);
  await expect(page.getByLabel('Message to Cy')).toHaveValue('');
  await expect(page.locator('.pending')).toHaveCount(0);
  await write(page, cy, 'from Bea');
  await expect(messages(page)).toHaveCount(1);
  await page.reload();
  await expect(messages(page)).toHaveCount(1);
  expect(await textsOf(cy)).toEqual({ [bea.id]: ['from Bea'] });
  expect(JSON.stringify(await keptBy(page))).not.toContain('Ann');
});

test('signing out empties what the browser kept, and revokes the refresh token', async ({ browser }) => {
  const [ann, cy] = [await newPerson('Ann'), await newPerson('Cy')];
  const { page } = await open(browser, ann);
  await find(page, cy);
  await write(page, cy, 'hello');
  await expect(messages(page)).toHaveCount(1);
  await expect(page.locator('.pending')).toHaveCount(0);
  await page.getByLabel('Message to Cy').fill('half a thought');
  const token = await refreshTokenOf(page);
  expect(await refresh(token)).toBe(200);
  await signOutOn(page);
  await expect(page).toHaveURL(homeUrl());
  await expect(page).toHaveTitle('Cruddur Messages');
  expect(await keptBy(page)).toEqual({ local: {}, session: {}, databases: [], caches: [], cookies: '' });
  await expect.poll(() => refresh(token)).toBe(400);
});

test('signing out works without a network, and the token is revoked when the network is back', async ({ browser }) => {
  const { page, context } = await open(browser, await newPerson('Ann'));
  const token = await refreshTokenOf(page);
  await context.setOffline(true);
  await signOutOn(page);
  expect((await keptBy(page)).local).toEqual({});
  expect(await refresh(token)).toBe(200);
  await context.setOffline(false);
  await expect.poll(() => refresh(token)).toBe(400);
});

test('nobody signs out over unsent messages without being asked', async ({ browser }) => {
  const [ann, cy] = [await newPerson('Ann'), await newPerson('Cy')];
  const { page } = await open(browser, ann);
  await failSending(page);
  await find(page, cy);
  await write(page, cy, 'not yet');
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'One message is not sent yet.' })).toBeVisible();
  await page.getByRole('button', { name: 'Stay signed in' }).click();
  await page.unroute('**/graphql');
  await expect(messages(page).getByText('not yet')).toBeVisible();
  await expect(page.locator('.pending')).toHaveCount(0);
  await signOutOn(page);
});

test('signing out in one tab signs out the others', async ({ browser }) => {
  const [ann, cy] = [await newPerson('Ann'), await newPerson('Cy')];
  await say(cy, ann, 'for Ann');
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Cy/ }).click();
  await expect(messages(page)).toHaveCount(1);
  const other = await openTab(context, ann);
  await signOutOn(other);
  await expectNobody(page);
  await expect(page).toHaveURL(homeUrl());
  await expect(page.getByText('for Ann')).toHaveCount(0);
});

test('when somebody else signs in in one tab, the others turn into that person', async ({ browser }) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  await say(cy, ann, 'for Ann');
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Cy/ }).click();
  await page.getByLabel('Message to Cy').fill('half a thought of Ann');
  const other = await openTab(context, ann);
  await signOutOn(other);
  await signInOn(other, bea);

  await expectPerson(page, bea);
  await expect(page.getByText('for Ann')).toHaveCount(0);
  const senders = watchSenders(context);
  await find(page, cy);
  await expect(page.getByLabel('Message to Cy')).toHaveValue('');
  await write(page, cy, 'from Bea');
  await expect(messages(page)).toHaveCount(1);
  await page.reload();
  await expectPerson(page, bea);
  expect(await textsOf(cy)).toEqual({ [ann.id]: ['for Ann'], [bea.id]: ['from Bea'] });
  expect([...senders]).toEqual([bea.sub]);
});

test('a sign-in that is answered after somebody else has signed in is dropped, and its refresh token is revoked', async ({
  browser,
}) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  const context = await browser.newContext();
  const page = await context.newPage();
  // The answer may be held back for as long as the rest of the test needs.
  await page.addInitScript('AbortSignal.timeout = () => new AbortController().signal');
  await page.goto(homeUrl());
  const held: Route[] = [];
  await page.route(stack().cognitoEndpoint, (route) => void held.push(route), { times: 1 });
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect.poll(() => held.length).toBe(1);

  const other = await context.newPage();
  await other.goto(homeUrl());
  await signInOn(other, bea);
  await expectPerson(page, bea);
  await context.route('**/graphql', (route) =>
    route.request().postData()?.includes('sendMessage') ? route.abort() : route.continue(),
  );
  await find(other, cy);
  await write(other, cy, 'not sent yet');
  await expect(other.getByText('Not sent.')).toBeVisible();
  await other.getByLabel('Message to Cy').fill('half a thought');
  const tokenOfBea = await refreshTokenOf(other);

  const answer = await held[0]?.fetch();
  const { AuthenticationResult: ofAnn } = (await answer?.json()) as { AuthenticationResult: { RefreshToken: string } };
  await held[0]?.fulfill({ ...(answer && { response: answer }) });
  await expect.poll(() => refresh(ofAnn.RefreshToken)).toBe(400);
  expect(await refresh(tokenOfBea)).toBe(200);
  await expectPerson(page, bea);
  await other.reload();
  await expectPerson(other, bea);
  await expect(other.locator('.pending').getByText('not sent yet')).toBeVisible();
  await expect(other.getByLabel('Message to Cy')).toHaveValue('half a thought');
});

test('the history of a tab shows nobody to whom the former person wrote', async ({ browser }) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  const { page } = await open(browser, ann);
  await find(page, cy);
  await page.goto(new URL(`/messages/new/${cy.handle}#a-link`, homeUrl()).href);
  await expect(page.getByLabel('Message to Cy')).toBeVisible();
  await signOutOn(page);
  await page.goBack();
  await expect(page).toHaveURL(homeUrl());
  await page.goForward();
  await signInOn(page, bea);
  await expect(page).toHaveURL(/\/messages$/);
  for (let entries = 0; entries < 2; entries++) {
    await page.goBack();
    await expectPerson(page, bea);
    await expect(page).toHaveURL(/\/messages$/);
    await expect(page.getByLabel('Message to Cy')).toHaveCount(0);
  }
  await find(page, cy);
  await page.goBack();
  await expect(page).toHaveURL(/\/messages$/);
  await page.goForward();
  await expect(page.getByLabel('Message to Cy')).toBeVisible();
});

test('a tab that slept while somebody else signed in sends nothing before it has turned into that person', async ({
  browser,
}) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  await say(cy, ann, 'for Ann');
  const context = await browser.newContext();
  const sleeper = await context.newPage();
  await sleeper.addInitScript(`
    for (const event of ['storage', 'focus', 'visibilitychange', 'pageshow'])
      window.addEventListener(event, (it) => it.stopImmediatePropagation(), true);
  `);
  await sleeper.goto(homeUrl());
  await signInOn(sleeper, ann);
  await sleeper.getByRole('link', { name: /Cy/ }).click();
  await expect(messages(sleeper)).toHaveCount(1);
  const other = await openTab(context, ann);
  await signOutOn(other);
  await signInOn(other, bea);
  await expect(sleeper.getByLabel('Message to Cy')).toBeVisible();

  const senders = watchSenders(context);
  const sent: string[] = [];
  sleeper.on('request', (request) => sent.push(request.postData() ?? ''));
  await write(sleeper, cy, 'from a dream');
  await expectPerson(sleeper, bea);
  expect(sent.join()).not.toContain('from a dream');
  expect([...senders].filter((sub) => sub !== bea.sub)).toEqual([]);
  expect(await textsOf(cy)).toEqual({ [ann.id]: ['for Ann'] });
});

test('a message that waits for a new token is not sent if somebody else signs in meanwhile', async ({ browser }) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  const { page, context } = await open(browser, ann);
  await find(page, cy);
  const held = await holdRefresh(page);
  await refuseTokenOnce(page);
  await write(page, cy, 'held');
  await expect.poll(() => held.length).toBe(1);
  const other = await openTab(context, ann);
  await other.getByRole('button', { name: 'Sign out', exact: true }).click();
  await other.getByRole('button', { name: 'Sign out and delete' }).click();
  await signInOn(other, bea);
  await expectPerson(page, bea);

  const senders = watchSenders(context);
  await held[0]?.continue();
  await find(page, cy);
  await expect(page.locator('article')).toHaveCount(0);
  await page.reload();
  await expectPerson(page, bea);
  expect([...senders]).toEqual([bea.sub]);
  expect(await textsOf(cy)).toEqual({});
});

test('a new token of somebody else is not used, and ends the session', async ({ browser }) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  const { page, context } = await open(browser, ann);
  await find(page, cy);
  const senders = watchSenders(context);
  const { AuthenticationResult: ofBea } = await userPool('InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: bea.email, PASSWORD: PASSWORD },
  }).then((response) => response.json() as Promise<{ AuthenticationResult: unknown }>);
  await page.route(stack().cognitoEndpoint, (route) =>
    route.fulfill({ json: { AuthenticationResult: ofBea }, headers: { 'access-control-allow-origin': '*' } }),
  );
  await refuseTokenOnce(page);
  await write(page, cy, 'from Ann');
  await expectNobody(page);
  expect([...senders]).toEqual([ann.sub]);
  expect(await textsOf(cy)).toEqual({});
});

test('a refresh token that was replaced while it was refused does not end the session', async ({ browser }) => {
  const [ann, cy] = [await newPerson('Ann'), await newPerson('Cy')];
  const { page } = await open(browser, ann);
  await find(page, cy);
  const held = await holdRefresh(page);
  await refuseTokenOnce(page);
  await write(page, cy, 'from Ann');
  await expect.poll(() => held.length).toBe(1);
  const parameters = { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: ann.email, PASSWORD } };
  const { AuthenticationResult: newer } = (await (await userPool('InitiateAuth', parameters)).json()) as {
    AuthenticationResult: { RefreshToken: string };
  };
  await userPool('RevokeToken', { Token: await refreshTokenOf(page) });
  await page.evaluate(`
    const stored = JSON.parse(localStorage.getItem('cruddur.session'));
    const refreshToken = ${JSON.stringify(newer.RefreshToken)};
    localStorage.setItem('cruddur.session', JSON.stringify({ ...stored, refreshToken }));
  `);
  await held[0]?.continue();
  await expect(messages(page)).toHaveCount(1);
  await expectPerson(page, ann);
});

test('a session that the user pool ended keeps what is unsent for the same person, and for nobody else', async ({
  browser,
}) => {
  const [ann, bea, cy] = [await newPerson('Ann'), await newPerson('Bea'), await newPerson('Cy')];
  const { page } = await open(browser, ann);
  const isOver = async () => {
    await userPool('RevokeToken', { Token: await refreshTokenOf(page) });
    await page.reload();
    await expectNobody(page);
  };
  await find(page, cy);
  await page.getByLabel('Message to Cy').fill('half a thought');
  await isOver();
  await signInOn(page, ann);
  await find(page, cy);
  await expect(page.getByLabel('Message to Cy')).toHaveValue('half a thought');
  await isOver();
  await signInOn(page, bea);
  expect(JSON.stringify(await keptBy(page))).not.toContain('half a thought');
});

test('somebody with a second factor is asked for the code, and is not signed in without it', async ({ browser }) => {
  const ann = await newPerson('Ann');
  const secret = await addSecondFactor(ann);
  const page = await browser.newPage();
  await page.goto(homeUrl());
  const answerWith = async (code: string) => {
    await page.getByLabel('E-mail').fill(ann.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Code from your authenticator app').fill(code);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await answerWith('nonsense');
  await expect(page.getByRole('alert')).toBeVisible();
  expect((await keptBy(page)).local).toEqual({});
  await answerWith(codeOf(secret));
  await expectPerson(page, ann);
});

test('what earlier versions kept for nobody in particular is removed', async ({ browser }) => {
  const page = await browser.newPage();
  await page.goto(homeUrl());
  await page.evaluate(`
    localStorage.setItem('cruddur.refreshToken', 'a token');
    localStorage.setItem('cruddur.draft.@cy', 'half a thought');
  `);
  await page.reload();
  await expectNobody(page);
  expect((await keptBy(page)).local).toEqual({});
});

/** An authenticator app for somebody; returns its secret. */
async function addSecondFactor(person: Person): Promise<string> {
  const factors = { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } };
  await userPool('SetUserPoolMfaConfig', { UserPoolId: stack().userPoolId, ...factors });
  const parameters = { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: person.email, PASSWORD } };
  const signedIn = (await (await userPool('InitiateAuth', parameters)).json()) as {
    AuthenticationResult: { AccessToken: string };
  };
  const { AccessToken } = signedIn.AuthenticationResult;
  const { SecretCode: secret } = (await (await userPool('AssociateSoftwareToken', { AccessToken })).json()) as {
    SecretCode: string;
  };
  expect((await userPool('VerifySoftwareToken', { AccessToken, UserCode: codeOf(secret) })).status).toBe(200);
  return secret;
}

/** The code that an authenticator app shows now (RFC 6238). */
function codeOf(secret: string): string {
  const bits = Array.from(secret, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const key = (bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', Buffer.from(key)).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** A second tab of the same browser, with the same person. */
async function openTab(context: BrowserContext, person: Person): Promise<Page> {
  const page = await context.newPage();
  await page.goto(homeUrl());
  await expectPerson(page, person);
  return page;
}

async function failSending(page: Page): Promise<void> {
  await page.route('**/graphql', (route) =>
    route.request().postData()?.includes('sendMessage') ? route.abort() : route.continue(),
  );
}

/** The next request is answered as if its token had run out. */
async function refuseTokenOnce(page: Page): Promise<void> {
  const errors = [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' } }];
  await page.route('**/graphql', (route) => route.fulfill({ status: 401, json: { errors } }), { times: 1 });
}

/** Holds the next request to the user pool back, until the test lets it go on. */
async function holdRefresh(page: Page): Promise<Route[]> {
  const held: Route[] = [];
  await page.route(stack().cognitoEndpoint, (route) => void held.push(route), { times: 1 });
  return held;
}

interface KeptInBrowser {
  local: Record<string, string>;
  session: Record<string, string>;
  databases: unknown[];
  caches: string[];
  cookies: string;
}

async function keptBy(page: Page): Promise<KeptInBrowser> {
  return page.evaluate<KeptInBrowser>(`(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    cookies: document.cookie,
  }))()`);
}

async function refreshTokenOf(page: Page): Promise<string> {
  const { local } = await keptBy(page);
  return (JSON.parse(local['cruddur.session'] ?? '{}') as { refreshToken: string }).refreshToken;
}

/** What the user pool answers to a refresh token. */
async function refresh(token: string): Promise<number> {
  const input = { AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN: token } };
  return (await userPool('InitiateAuth', input)).status;
}
