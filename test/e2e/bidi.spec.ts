import { expect, type Locator, test } from '@playwright/test';
import { find, messages, newPerson, open, say, sql, write } from './people.ts';

/** Right-to-left override: what follows is shown backwards, until its end if it is isolated, else until the line's. */
const RLO = '\u202e';

test('a bidirectional override in a name turns nothing beside the name', async ({ browser }) => {
  const ann = await newPerson('Ann');
  const eve = await newPerson('Eve', `Eve${RLO}`);
  await say(eve, ann, 'hi');
  const { page } = await open(browser, ann);
  await page.getByRole('link', { name: /Eve/ }).click();
  const header = page.locator('header.with h1');
  await expect(header).toHaveText(`Eve @${eve.handle}`);
  await expectToReadForward(header);
  await expect(page.getByLabel('Message to Eve', { exact: true })).toBeVisible();

  const { page: eves } = await open(browser, { ...eve, displayName: 'Eve' });
  await eves.getByRole('link', { name: /Ann/ }).click();
  await eves.getByLabel('Message to Ann').pressSequentially('Fi');
  const typing = page.getByText('is typing …');
  await expect(typing).toHaveText('Eve is typing …');
  await expectToReadForward(typing);
});

test('a bidirectional override in a message turns neither what is around the message nor a link in it', async ({
  browser,
}) => {
  const [ann, eve] = [await newPerson('Ann'), await newPerson('Eve')];
  const link = 'https://example.com/abc';
  await say(eve, ann, `${RLO}see ${link} and ${link}${RLO}fdp.exe`);
  const { page } = await open(browser, ann);
  await page.getByRole('link', { name: /Eve/ }).click();
  const links = messages(page).getByRole('link');
  await expect(links).toHaveText([link, link]);
  for (const shown of await links.all()) {
    await expect(shown).toHaveAttribute('href', link);
    await expectToReadForward(shown);
  }
  await expectToReadForward(messages(page).locator('time'));
  await write(page, eve, `${RLO}mine`);
  await expect(messages(page)).toHaveCount(2);
  await expectToReadForward(page.getByRole('link', { name: /Eve/ }).locator('.last'), 'You: '.length);
});

test('a bidirectional override in a name does not turn the reason why a message was not sent', async ({ browser }) => {
  const [ann, eve] = [await newPerson('Ann'), await newPerson('Eve', `Eve${RLO}`)];
  const { page } = await open(browser, ann);
  await find(page, { ...eve, displayName: 'Eve' });
  await sql('update public.users set handle = $1 where uuid = $2', [`was-${eve.handle}`, eve.id]);
  await write(page, { ...eve, displayName: 'Eve' }, 'hi');
  const reason = page.locator('.pending').getByRole('status');
  await expect(reason).toHaveText(`@${eve.handle} is not Eve any more.`);
  await expectToReadForward(reason);
});

for (const [name, body] of [
  ['above and below', 'Z' + '\u0301'.repeat(1000)],
  ['beside', 'A' + '\u0e49'.repeat(900)],
] as const) {
  test(`marks that are piled up ${name} a letter paint nothing outside their message`, async ({ browser }) => {
    const [ann, eve] = [await newPerson('Ann'), await newPerson('Eve')];
    for (const text of ['first', 'second', body, 'third']) await say(eve, ann, text);
    const { page } = await open(browser, ann);
    await page.getByRole('link', { name: /Eve/ }).click();
    const bubble = messages(page).locator('.bubble').nth(2);
    await expect(messages(page)).toHaveCount(4);
    await expect(bubble).toBeInViewport();
    await expect(page.locator('.count')).toHaveCount(0);
    const text = bubble.locator('.text');
    const outside = () => page.screenshot({ mask: [bubble], animations: 'disabled' });
    const withMarks = await outside();
    await text.evaluate(hide);
    expect(withMarks.equals(await outside())).toBe(true);
  });
}

/** Leaves its place empty. */
function hide(element: { style: { visibility: string } }): void {
  element.style.visibility = 'hidden';
}

test('a link shows the host that it leads to, and is none if something else could pass for it', async ({ browser }) => {
  const [ann, eve] = [await newPerson('Ann'), await newPerson('Eve')];
  await say(
    eve,
    ann,
    [
      'https://bank.example@evil.example/a',
      'https://bаnk.example/cyrillic',
      'https://evil.example\\@bank.example/b',
      'https://bank.example/ordinary',
    ].join('\n'),
  );
  const { page } = await open(browser, ann);
  await page.getByRole('link', { name: /Eve/ }).click();
  const links = messages(page).getByRole('link');
  await expect(links).toHaveText([
    'https://xn--bnk-6cd.example/cyrillic',
    'https://evil.example/@bank.example/b',
    'https://bank.example/ordinary',
  ]);
});

/** What is used of an element, in the page. */
interface Shown {
  ownerDocument: {
    createTreeWalker: (root: Shown, whatToShow: number) => { nextNode: () => { nodeValue: string } | null };
    createRange: () => {
      setStart: (node: { nodeValue: string }, at: number) => void;
      setEnd: (node: { nodeValue: string }, at: number) => void;
      getBoundingClientRect: () => { left: number; width: number };
    };
  };
}

/** The left edges of the characters that can be seen, in the order in which they are written. */
function leftEdges(element: Shown): number[] {
  const SHOW_TEXT = 4;
  const edges: number[] = [];
  const texts = element.ownerDocument.createTreeWalker(element, SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    for (let at = 0; at < node.nodeValue.length; at++) {
      const range = element.ownerDocument.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { left, width } = range.getBoundingClientRect();
      if (width > 0) edges.push(left);
    }
  }
  return edges;
}

/** Each character, of the first `count`, is right of the one before it, on one line. */
async function expectToReadForward(shown: Locator, count = Infinity): Promise<void> {
  const edges = (await shown.evaluate(leftEdges)).slice(0, count);
  expect(edges.length).toBeGreaterThan(1);
  expect(edges).toEqual([...edges].sort((one, other) => one - other));
}
