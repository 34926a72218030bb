import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Item, Participant } from '../../src/messages/rows.ts';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let ann: Person;
let ben: Person;
const groupId = randomUUID();
const SORT_KEYS = ['2021-12-31T23:59:59', '2022-06-01T10:00:00.5+02:00', '2025-04-01T10:00:00.927123+00:00'];

beforeAll(async () => {
  api = await startTestApi();
  [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
  const names = ({ id, handle, displayName }: Participant): Item => ({
    user_uuid: id,
    user_handle: handle,
    user_display_name: displayName,
  });
  const row = (owner: Person, other: Person): Item => ({
    pk: `GRP#${owner.id}`,
    sk: SORT_KEYS.at(-1),
    message_group_uuid: groupId,
    message: 'message 3',
    ...names(other),
  });
  await api.table.put(
    ...SORT_KEYS.map((sk, index): Item => ({
      pk: `MSG#${groupId}`,
      sk,
      message: `message ${index + 1}`,
      message_uuid: randomUUID(),
      ...names(ben),
    })),
    row(ann, ben),
    row(ben, ann),
  );
});
afterAll(() => api.stop());

it('a group of the earlier backend shows its newest message, though its row does not say which that is', async () => {
  const { data, errors } = await ann.run(
    '{ messageGroups { nodes { id lastMessageAt lastMessage { id body createdAt sender { handle } } } } }',
  );
  expect(errors).toBeUndefined();
  expect(data.messageGroups.nodes).toEqual([
    {
      id: groupId,
      lastMessageAt: '2025-04-01T10:00:00.927123Z',
      lastMessage: {
        id: expect.any(String),
        body: 'message 3',
        createdAt: '2025-04-01T10:00:00.927123Z',
        sender: { handle: ben.handle },
      },
    },
  ]);
});

it('its messages can be paged through with cursors, in both directions', async () => {
  const PAGE =
    'query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { messages(messageGroupId: $id, first: $first, after: $after, last: $last, before: $before) { nodes { body } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }';
  const read = async (page: object) => (await ann.run(PAGE, { id: groupId, ...page })).data.messages;
  const bodies: string[] = [];
  let after: string | null | undefined;
  for (;;) {
    const { nodes, pageInfo } = await read({ first: 1, after });
    bodies.push(...nodes.map(({ body }) => body ?? ''));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
  }
  expect(bodies).toEqual(['message 3', 'message 2', 'message 1']);
  expect(await read({ last: 5, before: after })).toMatchObject({
    nodes: [{ body: 'message 3' }, { body: 'message 2' }],
    pageInfo: { hasNextPage: true, hasPreviousPage: false },
  });
});

it('a message by handle goes into it, and one by its id too', async () => {
  for (const to of [{ handle: ann.handle }, { messageGroupId: groupId }]) {
    const { data } = await ben.run(SEND, { input: { to, body: 'hello' } });
    expect(data.sendMessage).toMatchObject({ isNewMessageGroup: false, messageGroup: { id: groupId }, userErrors: [] });
  }
});
