import { type BrowserContext, expect, type Page, type Route, test } from '@playwright/test';
import { find, homeUrl, messages, newPerson, open, run, say, sql, textsOf, write } from './people.ts';

const phone = { viewport: { width: 320, height: 640 } };

test('first messages that were written offline are sent in order from the list, which shows that they wait', async ({
  browser,
}) => {
  const [ann, cy] = [await newPerson('Ann'), await newPerson('Cy')];
  const { page, context } = await open(browser, ann, phone);
  await find(page, cy);
  await context.setOffline(true);
  await write(page, cy, 'first');
  await write(page, cy, 'second');
  await expect(page.getByText('Not sent.')).toHaveCount(2);
  await page.getByRole('link', { name: 'All conversations' }).click();
  const row = page.getByRole('link', { name: /Cy/ });
  await expect(row).toContainText('Waiting to be sent: second');
  await context.setOffline(false);
  await expect(row).toContainText('You: second');
  await expect(page).toHaveURL(/\/messages$/);
  expect(await textsOf(cy)).toEqual({ [ann.id]: ['first', 'second'] });
});

test('a message that could not be sent is sent after a reload at the list, without opening its conversation', async ({
  browser,
}) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await say(ben, ann, 'hi');
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await failSending(context);
  await write(page, ben, 'later');
  await expect(page.getByText('Not sent.')).toBeVisible();
  await page.goto(new URL('/messages', homeUrl()).href);
  const row = page.getByRole('link', { name: /Ben/ });
  await expect(row).toContainText('Waiting to be sent: later');
  await context.unroute('**/graphql');
  await expect(row).toContainText('You: later');
  await expect(page).toHaveURL(/\/messages$/);
  expect(await textsOf(ben)).toEqual({ [ann.id]: ['hi', 'later'] });
});

test('several tabs send what waits once, and in order', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await say(ben, ann, 'hi');
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await failSending(context);
  const texts = ['one', 'two', 'three', 'four', 'five'];
  for (const text of texts) await write(page, ben, text);
  await expect(page.getByText('Not sent.')).toHaveCount(5);
  const others = [await context.newPage(), await context.newPage()];
  for (const other of others) {
    await other.goto(new URL('/messages', homeUrl()).href);
    await expect(other.getByRole('link', { name: /Ben/ })).toContainText('Waiting to be sent: five');
  }
  let answers = 0;
  context.on('response', (response) => {
    if (response.request().postData()?.includes('sendMessage')) answers++;
  });
  await context.unroute('**/graphql');
  for (const other of others) await expect(other.getByRole('link', { name: /Ben/ })).toContainText('You: five');
  await expect(page.locator('.pending')).toHaveCount(0);
  expect(await textsOf(ben)).toEqual({ [ann.id]: ['hi', ...texts] });
  expect(answers).toBe(5);
});

test('a message that one tab is sending can be discarded in no tab until it is known to be refused', async ({
  browser,
}) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await say(ben, ann, 'hi');
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await expect(messages(page)).toHaveCount(1);
  const held: Route[] = [];
  await page.route('**/graphql', (route) =>
    route.request().postData()?.includes('sendMessage') ? void held.push(route) : route.continue(),
  );
  await write(page, ben, 'on its way');
  await expect.poll(() => held.length).toBe(1);
  const other = await context.newPage();
  await other.goto(page.url());
  const status = other.locator('.pending').getByRole('status');
  await expect(status).toHaveText('Sending …');
  await expect(other.getByRole('button', { name: 'Discard' })).toHaveCount(0);

  await held[0]?.fulfill({ json: { errors: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' } }] } });
  await expect(status).toHaveText('It was not sent.');
  await other.getByRole('button', { name: 'Discard' }).click();
  await expect(other.locator('.pending')).toHaveCount(0);
  await expect(page.locator('.pending')).toHaveCount(0);
});

test('a server that is overloaded is asked again, and the order stays', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await say(ben, ann, 'hi');
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await expect(messages(page)).toHaveCount(1);
  let refusals = 2;
  await context.route('**/graphql', (route) =>
    route.request().postData()?.includes('sendMessage') && refusals-- > 0
      ? route.fulfill({ status: 503, json: { errors: [{ message: 'overloaded' }] } })
      : route.continue(),
  );
  await write(page, ben, 'one');
  await write(page, ben, 'two');
  await expect(messages(page)).toHaveCount(3);
  await expect(page.locator('.pending')).toHaveCount(0);
  expect(await textsOf(ben)).toEqual({ [ann.id]: ['hi', 'one', 'two'] });
});

test('a message that was refused stays with its reason, in the list too, until it is sent or discarded', async ({
  browser,
}) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await say(ben, ann, 'hi');
  await run(ann, `mutation { blockUser(input: { userId: "${ben.id}" }) { userErrors { message } } }`);
  const { page } = await open(browser, ben);
  const row = page.getByRole('link', { name: /Ann/ });
  await row.click();
  await write(page, ann, 'are you there?');
  await expect(page.getByText('This person takes no messages at present.')).toBeVisible();
  await page.goto(new URL('/messages', homeUrl()).href);
  await expect(row).toContainText('Not sent: are you there?');
  await row.click();
  await run(ann, `mutation { unblockUser(input: { userId: "${ben.id}" }) { userErrors { message } } }`);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(messages(page)).toHaveCount(2);

  await run(ann, `mutation { blockUser(input: { userId: "${ben.id}" }) { userErrors { message } } }`);
  await write(page, ann, 'hello?');
  await expect(row).toContainText('Not sent: hello?');
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(row).toContainText('You: are you there?');
  await expect(page.locator('.pending')).toHaveCount(0);
});

test('a first message is not sent to somebody who has got the handle since', async ({ browser }) => {
  const [ann, cy, dee] = [await newPerson('Ann'), await newPerson('Cy'), await newPerson('Dee')];
  const { page, context } = await open(browser, ann);
  await find(page, cy);
  await failSending(context);
  await write(page, cy, 'for Cy alone');
  await expect(page.getByText('Not sent.')).toBeVisible();
  await sql('update public.users set handle = $1 where uuid = $2', [`was-${cy.handle}`, cy.id]);
  await sql('update public.users set handle = $1 where uuid = $2', [cy.handle, dee.id]);
  await context.unroute('**/graphql');
  await expect(page.getByText(`@${cy.handle} is not Cy any more.`)).toBeVisible();
  expect(await textsOf(dee)).toEqual({});
});

test('no more than a hundred messages wait, and what is written then stays in the composer', async ({ browser }) => {
  const [ann, ben] = [await newPerson('Ann'), await newPerson('Ben')];
  await say(ben, ann, 'hi');
  const { page, context } = await open(browser, ann);
  await page.getByRole('link', { name: /Ben/ }).click();
  await failSending(context);
  await write(page, ben, 'one of many');
  await expect(page.getByText('Not sent.')).toBeVisible();
  await page.evaluate(`
    const [name, value] = Object.entries(localStorage).find(([name]) => name.includes('.outbox.'));
    const { key, ...message } = JSON.parse(value);
    for (let n = 1; n < 100; n++) localStorage.setItem(name + n, JSON.stringify({ ...message, key: key + n }));
  `);
  await write(page, ben, 'one too many');
  await expect(page.getByText('Too many messages wait to be sent.')).toBeVisible();
  await expect(page.getByLabel('Message to Ben')).toHaveValue('one too many');
});

async function failSending(target: BrowserContext | Page): Promise<void> {
  await target.route('**/graphql', (route) =>
    route.request().postData()?.includes('sendMessage') ? route.abort() : route.continue(),
  );
}
