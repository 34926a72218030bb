import { expect, test } from '@playwright/test';
import { axe, find, homeUrl, messages, newPerson, open, run, say, signInOn, write } from './people.ts';

/** E2E_MESSAGES=10000 npm run test:e2e -- -g history takes some minutes. */
const MESSAGES = Number(process.env['E2E_MESSAGES'] ?? 300);

test('two people write to each other, and see at once what the other does', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  const { page: anns } = await open(browser, ann);
  const { page: bens } = await open(browser, ben);

  await find(anns, ben);
  await write(anns, ben, 'Hello Ben\nhow are you? https://example.com/a.');
  await expect(anns).toHaveURL(/\/messages\/[0-9a-f-]{36}$/);
  await expect(bens).toHaveTitle('(1) Cruddur Messages');
  await bens.getByRole('link', { name: /Ann/ }).click();
  await expect(messages(bens)).toHaveCount(1);
  await expect(messages(bens).getByRole('link')).toHaveAttribute('href', 'https://example.com/a');
  await expect(bens).toHaveTitle('Cruddur Messages');
  await expect(messages(anns).getByText('Read')).toBeVisible();

  await bens.getByLabel('Message to Ann').pressSequentially('Fi');
  await expect(anns.getByText('Ben is typing …')).toBeVisible();
  await bens.getByLabel('Message to Ann').fill('Fine!');
  await bens.keyboard.press('Enter');
  await expect(messages(anns)).toHaveCount(2);
  await expect(anns.getByText('Ben is typing …')).toBeHidden();
  await expect(anns.getByRole('log')).toHaveText('Ben: Fine!');

  await anns.getByRole('button', { name: 'Edit' }).click();
  await anns.getByLabel('Edit the message').fill('Hello Ben!');
  await anns.getByRole('button', { name: 'Save' }).click();
  await expect(messages(bens).first()).toContainText('Hello Ben!');
  await expect(messages(bens).first()).toContainText('edited');
  await bens.getByRole('button', { name: 'Delete' }).click();
  await expect(messages(anns).last()).toContainText('Message deleted');
  await expect(anns.getByRole('link', { name: /Ben/ })).toContainText('Message deleted');
});

test('two people who write first at the same moment share one conversation', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  const [{ page: anns }, { page: bens }] = [await open(browser, ann), await open(browser, ben)];
  await Promise.all([find(anns, ben), find(bens, ann)]);
  await Promise.all([write(anns, ben, 'from Ann'), write(bens, ann, 'from Ben')]);
  for (const page of [anns, bens]) {
    await expect(page).toHaveURL(/\/messages\/[0-9a-f-]{36}$/);
    await expect(messages(page)).toHaveCount(2);
  }
  expect(anns.url()).toBe(bens.url());
});

test('a message whose answer was lost is there once after the retry', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await run(ben, `mutation { sendMessage(input: { to: { handle: "${ann.handle}" }, body: "hi" }) { replayed } }`);
  const { page } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await expect(messages(page)).toHaveCount(1);
  let losses = 1;
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('sendMessage') || losses-- <= 0) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await write(page, ben, 'only once');
  await expect(messages(page).getByText('only once')).toHaveCount(1);
  await expect(page.locator('.pending')).toHaveCount(0);
  await page.reload();
  await expect(messages(page).getByText('only once')).toHaveCount(1);
});

test('a message that does not get through says so, survives a reload, and is sent when it can be', async ({
  browser,
}) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await run(ben, `mutation { sendMessage(input: { to: { handle: "${ann.handle}" }, body: "hi" }) { replayed } }`);
  const { page } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await page.route('**/graphql', (route) =>
    route.request().postData()?.includes('sendMessage') ? route.abort() : route.continue(),
  );
  await write(page, ben, 'later');
  await expect(page.getByText('Not sent.')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Not sent.')).toBeVisible();
  await page.unroute('**/graphql');
  await expect(messages(page).getByText('later')).toHaveCount(1);
});

test('who was offline sees it, and has everything when the network is back', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await run(ben, `mutation { sendMessage(input: { to: { handle: "${ann.handle}" }, body: "hi" }) { replayed } }`);
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await expect(messages(page)).toHaveCount(1);
  await context.setOffline(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await write(page, ben, 'from the tunnel');
  await expect(page.getByText('Not sent.')).toBeVisible();
  await run(
    ben,
    `mutation { sendMessage(input: { to: { handle: "${ann.handle}" }, body: "meanwhile" }) { replayed } }`,
  );
  await context.setOffline(false);
  await expect(page.getByText('You are offline.')).toBeHidden();
  await expect(messages(page)).toHaveCount(3);
  await expect(page.locator('.pending')).toHaveCount(0);
});

test('a subscription that the server ended is begun again, and misses nothing', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await say(ben, ann, 'hi');
  const context = await browser.newContext();
  const refused: string[] = [];
  await context.routeWebSocket('**/graphql', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      const { type, id } = JSON.parse(String(data)) as { type: string; id: string };
      if (type !== 'subscribe' || refused.length > 0) {
        server.send(data);
        return;
      }
      refused.push(id);
      socket.send(JSON.stringify({ id, type: 'error', payload: [{ message: 'not now' }] }));
    });
  });
  const page = await context.newPage();
  await page.goto(homeUrl());
  await signInOn(page, ann);
  await expect.poll(() => refused.length).toBe(1);
  await say(ben, ann, 'meanwhile');
  await expect(page.getByRole('link', { name: /Ben/ })).toContainText('meanwhile');
});

test('a token that has run out is replaced, and nobody sees it', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  const { page } = await open(browser, ann);
  let refusals = 2;
  await page.route('**/graphql', (route) => {
    if (route.request().method() !== 'POST' || refusals-- <= 0) return route.continue();
    const errors = [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' } }];
    return route.fulfill({ status: 401, json: { errors } });
  });
  refusals = 1;
  await find(page, ben);
  refusals = 1;
  await write(page, ben, 'still here');
  await expect(messages(page).getByText('still here')).toHaveCount(1);
});

test('history is read while scrolling up, without a jump, and little of it is in the page', async ({ browser }) => {
  test.setTimeout(60_000 + MESSAGES * 60);
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  const send =
    'mutation ($body: String!, $to: MessageRecipientInput!) { sendMessage(input: { to: $to, body: $body }) { replayed } }';
  const to = { handle: ann.handle };
  await run(ben, send, { body: 'message 0', to });
  const many = Array.from({ length: 20 }, (_, n) => n);
  for (let round = 0; round < MESSAGES / many.length; round++) {
    const sends = many.map(
      (n) =>
        `m${n}: sendMessage(input: { to: { handle: "${ann.handle}" }, body: "message ${round * 20 + n + 1}" }) { replayed }`,
    );
    await run(ben, `mutation { ${sends.join(' ')} }`);
  }
  const { page } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await expect(messages(page).last()).toContainText(`message ${MESSAGES}`);
  const list = page.getByRole('region', { name: 'Messages' });
  await list.hover();
  let lowest = MESSAGES;
  for (let tries = 0; tries < MESSAGES && (await list.getByText('message 0', { exact: true }).count()) === 0; tries++) {
    await page.mouse.wheel(0, -600);
    await page.waitForTimeout(40);
    // textContent: a row that is not measured yet is hidden, and has no innerText.
    const numbers = (await messages(page).locator('.text').allTextContents()).map((text) =>
      Number(/message (\d+)/.exec(text)?.[1]),
    );
    expect(numbers.length).toBeLessThan(80);
    // What comes in above leaves what one reads where it is: at most a few screens further up with each turn.
    expect(lowest - Math.min(...numbers)).toBeLessThan(60);
    lowest = Math.min(...numbers);
  }
  await expect(list.getByText('message 0', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'To the newest' }).click();
  await expect(list.getByText(`message ${MESSAGES}`, { exact: true })).toBeVisible();
});

test('HTML in a message is text, and a draft survives a reload', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  const { page } = await open(browser, ann);
  await find(page, ben);
  const script = '<script>document.title = "taken over"</script><img src=x onerror="document.title=1">';
  await write(page, ben, script);
  await expect(messages(page)).toContainText(script);
  expect(await page.title()).not.toContain('taken over');
  await page.getByLabel('Message to Ben').fill('half a tho');
  await page.reload();
  await expect(page.getByLabel('Message to Ben')).toHaveValue('half a tho');
  await page.getByLabel('Message to Ben').fill('x'.repeat(1025));
  await expect(page.getByText('-1 left')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
});

test('somebody who is blocked is told no more than of anybody who takes no messages', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await run(ben, `mutation { sendMessage(input: { to: { handle: "${ann.handle}" }, body: "hi" }) { replayed } }`);
  const [{ page: anns }, { page: bens }] = [await open(browser, ann), await open(browser, ben)];
  await anns.getByRole('link', { name: /Ben/ }).click();
  await anns.getByRole('button', { name: 'Block' }).click();
  await expect(anns.getByRole('button', { name: 'Unblock' })).toBeVisible();
  await bens.getByRole('link', { name: /Ann/ }).click();
  await write(bens, ann, 'are you there?');
  await expect(bens.getByText('This person takes no messages at present.')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, viewport] of [
    ['desktop', { width: 1200, height: 800 }],
    ['phone', { width: 320, height: 640 }],
  ] as const) {
    test(`every page is fit for everybody: ${colorScheme}, ${device}`, async ({ browser }) => {
      const folder = process.env['SCREENSHOTS'] ?? 'test-results/screens';
      const options = { colorScheme, viewport, reducedMotion: 'reduce' as const };
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const look = async (name: string) => {
        expect(await axe(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
        await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png` });
      };
      await page.goto(homeUrl());
      await expect(page.getByRole('button', { name: /Andrew Brown/ })).toBeVisible();
      await look('sign-in');
      await page.getByRole('button', { name: /Andrew Brown/ }).click();
      await expect(page.getByRole('link', { name: /Bayko/ })).toBeVisible();
      await look('inbox');
      await page.getByRole('link', { name: /Bayko/ }).click();
      await expect(messages(page).last()).toBeVisible();
      await look('conversation');
      await page.goto(new URL('/messages/new/gkar', homeUrl()).href);
      await expect(page.getByLabel('Message to G’Kar')).toBeVisible();
      await look('new');
      await context.setOffline(true);
      await page.getByLabel('Message to G’Kar').fill('It is cold out here.');
      await page.keyboard.press('Enter');
      await expect(page.getByText('Not sent.')).toBeVisible();
      await look('waiting');
      if (device === 'phone') await page.getByRole('link', { name: 'All conversations' }).click();
      await expect(page.getByText('Waiting to be sent:')).toBeVisible();
      await look('inbox-waiting');
      await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await look('sign-out');
    });
  }
}
