import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cursorOf, parseCursor } from '../../src/messages/cursors.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import { newMessage } from '../../src/messages/newRows.ts';
import type { PageRequest } from '../../src/messages/page.ts';
import { messageItem } from '../../src/messages/rows.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
let messages: Messages;
beforeAll(async () => {
  table = await createTestTable();
  messages = createMessages(table);
});
afterAll(() => table.drop());

const [ann, ben] = [newPerson('ann'), newPerson('ben')];

/** A group with messages 1 to `count`, a second apart; the first is the one that started the group. */
async function groupOf(count: number) {
  let second = 0;
  const now = () => 1_795_000_000_000_000 + second * 1_000_000;
  const writer = createMessages({ ...table, now });
  const [one, other] = [newPerson('one'), newPerson('other')];
  second = 1;
  const started = await writer.sendToUser(one, other, '1');
  if (started.outcome !== 'sent') throw new Error(started.outcome);
  const groupId = started.message.groupId;
  for (second = 2; second <= count; second++) await writer.sendToGroup(one, groupId, String(second));
  return { viewer: one, groupId };
}

async function read(viewerId: string, groupId: string, request: PageRequest) {
  const page = await messages.listMessages(viewerId, groupId, request);
  if (!page) throw new Error('not a participant');
  return { ...page, bodies: page.rows.map(({ body }) => Number(body)) };
}

/** The sort key of message n. */
const at = (n: number) => timestampOf(1_795_000_000_000_000 + n * 1_000_000);

describe('a page of messages', () => {
  it('runs newest first, and goes on to older ones and back to newer ones', async () => {
    const { viewer, groupId } = await groupOf(10);
    const page = (request: PageRequest) => read(viewer.id, groupId, request);
    expect(await page({ limit: 4, from: 'newest' })).toMatchObject({
      bodies: [10, 9, 8, 7],
      hasOlder: true,
      hasNewer: false,
    });
    expect(await page({ limit: 4, from: 'newest', olderThan: at(7) })).toMatchObject({
      bodies: [6, 5, 4, 3],
      hasOlder: true,
      hasNewer: true,
    });
    expect(await page({ limit: 4, from: 'newest', olderThan: at(3) })).toMatchObject({
      bodies: [2, 1],
      hasOlder: false,
      hasNewer: true,
    });
    expect(await page({ limit: 4, from: 'oldest' })).toMatchObject({
      bodies: [4, 3, 2, 1],
      hasOlder: false,
      hasNewer: true,
    });
    expect(await page({ limit: 4, from: 'oldest', newerThan: at(4) })).toMatchObject({
      bodies: [8, 7, 6, 5],
      hasOlder: true,
      hasNewer: true,
    });
    expect(await page({ limit: 4, from: 'oldest', newerThan: at(8) })).toMatchObject({
      bodies: [10, 9],
      hasOlder: true,
      hasNewer: false,
    });
  });

  it('between two cursors takes from the side that is asked for', async () => {
    const { viewer, groupId } = await groupOf(10);
    const between = { olderThan: at(9), newerThan: at(2) };
    expect(await read(viewer.id, groupId, { limit: 3, from: 'newest', ...between })).toMatchObject({
      bodies: [8, 7, 6],
      hasOlder: true,
      hasNewer: true,
    });
    expect(await read(viewer.id, groupId, { limit: 3, from: 'oldest', ...between })).toMatchObject({
      bodies: [5, 4, 3],
      hasOlder: true,
      hasNewer: true,
    });
    expect(await read(viewer.id, groupId, { limit: 6, from: 'newest', ...between })).toMatchObject({
      bodies: [8, 7, 6, 5, 4, 3],
      hasOlder: true,
    });
  });

  it('of exactly the size of the list has no next one', async () => {
    const { viewer, groupId } = await groupOf(4);
    expect(await read(viewer.id, groupId, { limit: 4, from: 'newest' })).toMatchObject({
      hasOlder: false,
      hasNewer: false,
    });
    expect(await read(viewer.id, groupId, { limit: 3, from: 'newest' })).toMatchObject({ hasOlder: true });
  });

  it('says exactly what lies beyond a place where no message is', async () => {
    const { viewer, groupId } = await groupOf(3);
    expect(await read(viewer.id, groupId, { limit: 5, from: 'newest', olderThan: at(99) })).toMatchObject({
      bodies: [3, 2, 1],
      hasNewer: false,
    });
    expect(await read(viewer.id, groupId, { limit: 5, from: 'oldest', newerThan: at(0) })).toMatchObject({
      bodies: [3, 2, 1],
      hasOlder: false,
    });
    expect(await read(viewer.id, groupId, { limit: 5, from: 'newest', olderThan: at(0) })).toMatchObject({
      bodies: [],
      hasNewer: true,
    });
  });

  it('is whole where DynamoDB cuts its answer at a megabyte', async () => {
    const { viewer, groupId } = await groupOf(1);
    const large = Array.from({ length: 8 }, (_, index) =>
      newMessage({ id: `large-${index}`, groupId, body: 'x'.repeat(300_000), sender: viewer, sortKey: at(index + 2) }),
    );
    await table.put(...large.map(messageItem));
    const page = await messages.listMessages(viewer.id, groupId, { limit: 20, from: 'newest' });
    expect(page?.rows).toHaveLength(9);
    expect(page?.hasOlder).toBe(false);
  });

  it('keeps its cursors when messages are sent meanwhile', async () => {
    const { viewer, groupId } = await groupOf(4);
    const first = await read(viewer.id, groupId, { limit: 2, from: 'newest' });
    await messages.sendToGroup(viewer, groupId, '5');
    const parsed = parseCursor(cursorOf(first.rows[1]?.sortKey ?? ''));
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(await read(viewer.id, groupId, { limit: 2, from: 'newest', olderThan: parsed.sortKey })).toMatchObject({
      bodies: [2, 1],
      hasOlder: false,
    });
  });
});

describe('a page of message groups', () => {
  it('runs by the newest message and says exactly what lies around it, also where a group has moved away', async () => {
    const others = [1, 2, 3].map((n) => newPerson(`other${n}`));
    for (const other of others) await messages.sendToUser(ann, other, `to ${other.displayName}`);
    const all = await messages.listMessageGroups(ann.id, { limit: 10, from: 'newest' });
    expect(all.rows.map((group) => group.otherUser.id)).toEqual(others.toReversed().map(({ id }) => id));
    const oldest = all.rows[2]?.sortKey ?? '';
    await table.remove((await table.rows(`GRP#${ann.id}`)).find((row) => row['sk'] === oldest));
    expect(await messages.listMessageGroups(ann.id, { limit: 10, from: 'oldest', newerThan: oldest })).toMatchObject({
      hasOlder: false,
      hasNewer: false,
    });
  });

  it('is empty for a user without any', async () => {
    expect(await messages.listMessageGroups(ben.id, { limit: 20, from: 'newest' })).toEqual({
      rows: [],
      hasOlder: false,
      hasNewer: false,
    });
  });
});

describe('a row that cannot be read', () => {
  it('is left out of its page, which is as large as was asked for and knows what follows, and is reported', async () => {
    const { viewer, groupId } = await groupOf(8);
    const [row] = (await table.rows(`MSG#${groupId}`)).filter(({ message }) => message === '6');
    await table.put({ ...row, message_uuid: 6 });
    const reported: string[] = [];
    const reader = createMessages({ ...table, onUnreadable: ({ message }) => reported.push(message) });
    const page = await reader.listMessages(viewer.id, groupId, { limit: 4, from: 'newest' });
    expect(page).toMatchObject({
      rows: [{ body: '8' }, { body: '7' }, { body: '5' }, { body: '4' }],
      hasOlder: true,
      hasNewer: false,
    });
    expect(reported).toEqual([expect.stringContaining(`MSG#${groupId} / ${at(6)}`)]);
  });

  it('does not hide the other message groups of its participant', async () => {
    const cat = newPerson('cat');
    for (const body of ['1', '2', '3']) await messages.sendToUser(cat, newPerson('other'), body);
    const [row] = (await table.rows(`GRP#${cat.id}`)).filter(({ message }) => message === '2');
    await table.put({ ...row, user_uuid: null });
    const page = await messages.listMessageGroups(cat.id, { limit: 10, from: 'newest' });
    expect(page.rows.map(({ lastMessage }) => lastMessage.body)).toEqual(['3', '1']);
  });
});
