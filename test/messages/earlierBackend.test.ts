import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import type { Item, Participant } from '../../src/messages/rows.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
let messages: Messages;
beforeAll(async () => {
  table = await createTestTable();
  messages = createMessages(table);
});
afterAll(() => table.drop());

const SORT_KEYS = [
  '2021-12-31T23:59:59',
  '2022-12-31T23:59:59.999999+00:00',
  '2023-04-01T10:00:00.000001',
  '2024-04-01T10:00:00.5-05:00',
  '2025-04-01T10:00:00.927123Z',
];

/** A group as the earlier backend left it: no pair row, sort keys of every form, rows that know no message id. */
async function legacyGroup() {
  const [ann, ben] = [newPerson('ann'), newPerson('ben')];
  const groupId = randomUUID();
  const text = SORT_KEYS.length;
  await table.put(
    ...SORT_KEYS.map((sk, index) => message(groupId, sk, ann, `message ${index + 1}`)),
    groupRow(ann, ben, groupId, `message ${text}`),
    groupRow(ben, ann, groupId, `message ${text}`),
  );
  return { ann, ben, groupId };
}

function message(groupId: string, sk: string, sender: Participant, text: string): Item {
  return { pk: `MSG#${groupId}`, sk, message: text, message_uuid: randomUUID(), ...userAttributes(sender) };
}

function groupRow(owner: Participant, other: Participant, groupId: string, text: string): Item {
  const sk = SORT_KEYS.at(-1);
  return { pk: `GRP#${owner.id}`, sk, message_group_uuid: groupId, message: text, ...userAttributes(other) };
}

function userAttributes({ id, handle, displayName }: Participant): Item {
  return { user_uuid: id, user_handle: handle, user_display_name: displayName, cognito_user_id: 'MOCK' };
}

describe('a table of the earlier backend', () => {
  it('lists its groups and messages, of every year and every form of sort key, without leaving one out', async () => {
    const { ann, groupId } = await legacyGroup();
    expect((await messages.listMessageGroups(ann.id, { limit: 20, from: 'newest' })).rows).toMatchObject([
      { id: groupId },
    ]);
    const bodies: (string | null)[] = [];
    let olderThan: string | undefined;
    do {
      const page = await messages.listMessages(ann.id, groupId, { limit: 2, from: 'newest', olderThan });
      bodies.push(...(page?.rows.map(({ body }) => body) ?? []));
      olderThan = page?.hasOlder ? page.rows.at(-1)?.sortKey : undefined;
    } while (olderThan !== undefined);
    expect(bodies).toEqual(['message 5', 'message 4', 'message 3', 'message 2', 'message 1']);
  });

  it('gives every time as UTC with six decimals', async () => {
    const { ann, groupId } = await legacyGroup();
    const page = await messages.listMessages(ann.id, groupId, { limit: 20, from: 'oldest' });
    expect(page?.rows.map(({ createdAt }) => createdAt)).toEqual([
      '2025-04-01T10:00:00.927123Z',
      '2024-04-01T15:00:00.500000Z',
      '2023-04-01T10:00:00.000001Z',
      '2022-12-31T23:59:59.999999Z',
      '2021-12-31T23:59:59.000000Z',
    ]);
  });

  it('takes messages into its groups', async () => {
    const { ben, groupId } = await legacyGroup();
    expect(await messages.sendToGroup(ben, groupId, 'hello')).toMatchObject({ outcome: 'sent' });
  });

  it('gets no second group for two people who have one, and the missing pair row', async () => {
    const { ann, ben, groupId } = await legacyGroup();
    const results = await Promise.all([
      messages.sendToUser(ann, ben, 'to ben'),
      messages.sendToUser(ben, ann, 'to ann'),
    ]);
    expect(results).toMatchObject([
      { outcome: 'sent', isNewGroup: false, message: { groupId } },
      { outcome: 'sent', isNewGroup: false, message: { groupId } },
    ]);
    const pairs = (await table.rows('DM#')).filter((row) => String(row['pk']).includes(ann.id));
    expect(pairs).toMatchObject([{ group_uuid: groupId }]);
  });
});
