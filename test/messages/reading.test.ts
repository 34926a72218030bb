import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import { createProjector, type StreamRecord } from '../../src/messages/projector.ts';
import type { Participant } from '../../src/messages/rows.ts';
import { startGroup } from '../support/group.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { messageRecords } from '../support/stream.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
let messages: Messages;
beforeAll(async () => {
  table = await createTestTable();
  messages = createMessages(table);
});
afterAll(() => table.drop());

async function send(groupId: string, sender: Participant, count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const result = await messages.sendToGroup(sender, groupId, `message ${n}`);
    if (result.outcome === 'sent') ids.push(result.message.id);
  }
  return ids;
}

async function recordsOf(groupId: string): Promise<StreamRecord[]> {
  return (await messageRecords(table)).filter(({ newImage }) => newImage?.['pk'] === `MSG#${groupId}`);
}

async function unreadOf(person: Participant, groupId: string): Promise<number | undefined> {
  return (await messages.findMessageGroup(person.id, groupId))?.reading?.unread.length;
}

/** A message of one of the two, or a mark of one of them at one of the messages so far. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), byAnn: fc.boolean() }),
  fc.record({ kind: fc.constant('mark' as const), byAnn: fc.boolean(), at: fc.nat(20) }),
);

describe('what is unread', () => {
  it('is exact for records in any order, repeated, in any batches, with marks in between', async () => {
    const plan = fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 10 }),
      /** After which step which of the records so far are delivered, some of them again. */
      deliveries: fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: 3, maxLength: 10 }),
      order: fc.infiniteStream(fc.nat(100)),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ steps, deliveries, order }) => {
        const { ann, ben, groupId, firstId } = await startGroup(messages);
        const project = createProjector(table);
        const sent = [{ id: firstId, byAnn: true }];
        const readTo = { ann: -1, ben: -1 };
        for (const [index, taken] of steps.entries()) {
          if (taken.kind === 'send') {
            const [id = ''] = await send(groupId, taken.byAnn ? ann : ben);
            sent.push({ id, byAnn: taken.byAnn });
          } else {
            const at = taken.at % sent.length;
            const reader = taken.byAnn ? 'ann' : 'ben';
            await messages.markRead((taken.byAnn ? ann : ben).id, groupId, sent[at]?.id ?? '', true);
            readTo[reader] = Math.max(readTo[reader], at);
          }
          const records = await recordsOf(groupId);
          const some = (deliveries[index] ?? []).map((n) => records[n % records.length] as StreamRecord);
          await project(some);
        }
        const rest = await recordsOf(groupId);
        const keys = new Map(rest.map((record) => [record, order.next().value as number]));
        rest.sort((one, other) => (keys.get(one) ?? 0) - (keys.get(other) ?? 0));
        for (let start = 0; start < rest.length; start += 3) await project(rest.slice(start, start + 3));
        const unread = (byAnn: boolean, from: number) =>
          sent.filter((message, index) => message.byAnn === byAnn && index > from).length;
        expect(await unreadOf(ann, groupId)).toBe(unread(false, readTo.ann));
        expect(await unreadOf(ben, groupId)).toBe(unread(true, readTo.ben));
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('is exact up to 99, and 100 from there on, also after a mark among more', async () => {
    const { ann, ben, groupId, firstId } = await startGroup(messages);
    const project = createProjector(table);
    const ids = [firstId, ...(await send(groupId, ann, 98))];
    await project(await recordsOf(groupId));
    expect(await unreadOf(ben, groupId)).toBe(99);
    ids.push(...(await send(groupId, ann, 51)));
    const records = await recordsOf(groupId);
    await project(records.toReversed());
    expect(await unreadOf(ben, groupId)).toBe(100);
    for (const [read, left] of [
      [20, 100],
      [49, 100],
      [60, 90],
      [150, 0],
    ] as const) {
      await messages.markRead(ben.id, groupId, ids[read - 1] ?? '', true);
      await project(records.slice(0, 100));
      expect(await unreadOf(ben, groupId)).toBe(left === 100 ? Math.min(100, 150 - read) : left);
    }
  }, 60_000);

  it('loses neither a mark nor a message that race', async () => {
    const { ann, ben, groupId, firstId } = await startGroup(messages);
    await Promise.all([
      ...Array.from({ length: 10 }, async () => {
        await send(groupId, ann);
        await createProjector(table)(await recordsOf(groupId));
      }),
      ...Array.from({ length: 5 }, () => messages.markRead(ben.id, groupId, firstId, true)),
    ]);
    await createProjector(table)(await recordsOf(groupId));
    expect(await unreadOf(ben, groupId)).toBe(10);
    expect((await messages.findMessageGroup(ann.id, groupId))?.reading?.otherLastReadAt).not.toBeNull();
    expect(brokenInvariants((await table.rows()).filter((row) => JSON.stringify(row).includes(groupId)))).toEqual([]);
  });

  it('of a row that did not know it begins with what comes after the message that it showed', async () => {
    const { ann, ben, groupId } = await startGroup(messages);
    for (const row of await table.rows(`GRP#${ben.id}`)) await table.put({ ...row, unread: undefined });
    const before = await recordsOf(groupId);
    await send(groupId, ann);
    const project = createProjector(table);
    await project(await recordsOf(groupId));
    await project(before);
    expect(await unreadOf(ben, groupId)).toBe(1);
  });
});

describe('a mark', () => {
  it('never goes back, and tells the other side unless it is not to be shown', async () => {
    const { ann, ben, groupId, firstId } = await startGroup(messages);
    const [second = ''] = await send(groupId, ann);
    await messages.markRead(ben.id, groupId, second, true);
    const changes = await table.rows(`EVT#`);
    const result = await messages.markRead(ben.id, groupId, firstId, true);
    expect(result.outcome).toBe('marked');
    expect(await table.rows(`EVT#`)).toEqual(changes);
    const [third = ''] = await send(groupId, ann);
    await messages.markRead(ben.id, groupId, third, false);
    const own = (await messages.findMessageGroup(ben.id, groupId))?.reading;
    const others = (await messages.findMessageGroup(ann.id, groupId))?.reading;
    expect(String(own?.lastReadAt) > String(others?.otherLastReadAt)).toBe(true);
  });

  it('that was not to be shown is shown when it is made again, once, and takes the place of the earlier event', async () => {
    const { ann, ben, groupId, firstId } = await startGroup(messages);
    const [secondId = ''] = await send(groupId, ann);
    const seen = async () => (await messages.findMessageGroup(ann.id, groupId))?.reading?.otherLastReadAt ?? null;
    await messages.markRead(ben.id, groupId, firstId, true);
    const first = await seen();
    await messages.markRead(ben.id, groupId, secondId, false);
    expect(await seen()).toBe(first);
    const own = (await messages.findMessageGroup(ben.id, groupId))?.reading;
    await messages.markRead(ben.id, groupId, secondId, true);
    expect(await seen()).toBe(own?.lastReadAt);
    expect((await messages.findMessageGroup(ben.id, groupId))?.reading).toMatchObject({
      lastReadAt: own?.lastReadAt,
      unread: own?.unread,
    });
    expect(await table.rows(`EVT#${groupId}`)).toMatchObject([{ kind: 'read', last_read_at: own?.lastReadAt }]);
    const rows = await table.rows();
    await messages.markRead(ben.id, groupId, secondId, true);
    await messages.markRead(ben.id, groupId, firstId, true);
    await messages.markRead(ben.id, groupId, firstId, false);
    expect(await table.rows()).toEqual(rows);
  });

  it('shows the furthest of those that were to be shown, in one event', async () => {
    const marks = fc.array(fc.record({ at: fc.nat(3), isShown: fc.boolean() }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(marks, async (made) => {
        const { ann, ben, groupId, firstId } = await startGroup(messages);
        const ids = [firstId, ...(await send(groupId, ann, 3))];
        for (const { at, isShown } of made) await messages.markRead(ben.id, groupId, ids[at] ?? '', isShown);
        const shown = Math.max(-1, ...made.filter(({ isShown }) => isShown).map(({ at }) => at));
        const message = await messages.findMessage(groupId, ids[shown] ?? '');
        const others = (await messages.findMessageGroup(ann.id, groupId))?.reading;
        expect(others?.otherLastReadAt ?? null).toBe(message?.createdAt ?? null);
        const events = await table.rows(`EVT#${groupId}`);
        expect(events.map((row) => row['last_read_at'])).toEqual(message ? [message.createdAt] : []);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('finds messages of the earlier backend, whose ids say no time', async () => {
    const { ann, ben, groupId } = await startGroup(messages);
    const id = 'c0ffee00-1111-4222-8333-444455556666';
    const old = { pk: `MSG#${groupId}`, sk: '2023-01-01T10:00:00.000000+00:00', message: 'old', message_uuid: id };
    await table.put({ ...old, user_uuid: ann.id, user_handle: ann.handle, user_display_name: 'Ann' });
    expect(await messages.markRead(ben.id, groupId, id, true)).toMatchObject({
      outcome: 'marked',
      group: { reading: { lastReadAt: '2023-01-01T10:00:00.000000Z' } },
    });
    const nothing = 'c0ffee00-1111-4222-8333-000000000000';
    expect(await messages.markRead(ben.id, groupId, nothing, true)).toEqual({ outcome: 'message-not-found' });
    expect(await messages.markRead(newPerson('cat').id, groupId, id, true)).toEqual({ outcome: 'group-not-found' });
  });
});
