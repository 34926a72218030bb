import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Person, post, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { listOfBlocks } from '../support/lists.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const USER = '{ user { id handle } userErrors { code field } }';
const BLOCK = `mutation ($id: ID!) { blockUser(input: { userId: $id }) ${USER} }`;
const UNBLOCK = `mutation ($id: ID!) { unblockUser(input: { userId: $id }) ${USER} }`;
const SETTINGS = `mutation ($input: UpdateMessageSettingsInput!) {
  updateMessageSettings(input: $input) { messageSettings { readReceipts receivesMessages } }
}`;
const MARK =
  'mutation ($input: MarkReadInput!) { markRead(input: $input) { messageGroup { lastReadAt unreadCount } } }';

const EDIT = `mutation ($input: EditMessageInput!) {
  editMessage(input: $input) { message { body editedAt } userErrors { code message field } }
}`;
const DELETE = `mutation ($input: DeleteMessageInput!) {
  deleteMessage(input: $input) { message { deletedAt } userErrors { code } }
}`;

async function send(sender: Person, to: object, idempotencyKey?: string) {
  const { data } = await sender.run(SEND, { input: { to, body: 'hello', idempotencyKey } });
  return data.sendMessage;
}

async function pair() {
  const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
  const { messageGroup, message } = await send(ann, { handle: ben.handle });
  return { ann, ben, groupId: messageGroup?.id ?? '', messageId: message?.id ?? '' };
}

async function edit(sender: Person, messageGroupId: string, messageId: string, body: string) {
  const { data } = await sender.run(EDIT, { input: { messageGroupId, messageId, body } });
  return data.editMessage;
}

async function otherReadAt(person: Person, groupId: string) {
  const { data } = await person.run(`{ messageGroup(id: "${groupId}") { otherUserLastReadAt } }`);
  return data.messageGroup?.otherUserLastReadAt;
}

describe('a blocked person', () => {
  it('is refused by handle and by group, as by somebody who receives from nobody, until the block is taken back', async () => {
    const { ann, ben, groupId } = await pair();
    const { data } = await ben.run(BLOCK, { id: ann.id });
    expect(data.blockUser).toEqual({ user: { id: ann.id, handle: ann.handle }, userErrors: [] });
    const byBlock = [await send(ann, { handle: ben.handle }), await send(ann, { messageGroupId: groupId })];
    await ben.run(UNBLOCK, { id: ann.id });
    await ben.run(SETTINGS, { input: { receivesMessages: false } });
    const bySetting = [await send(ann, { handle: ben.handle }), await send(ann, { messageGroupId: groupId })];
    expect(bySetting).toEqual(byBlock);
    expect(byBlock).toMatchObject(
      Array(2).fill({ message: null, messageGroup: null, userErrors: [{ code: 'RECIPIENT_UNAVAILABLE' }] }),
    );
    await ben.run(SETTINGS, { input: { receivesMessages: true } });
    expect(await send(ann, { messageGroupId: groupId })).toMatchObject({ userErrors: [] });
    expect(await send(ben, { messageGroupId: groupId })).toMatchObject({ userErrors: [] });
  });

  it('cannot edit what they sent, as with somebody who receives from nobody, until the block is taken back', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    const rows = await api.table.rows(`MSG#${groupId}`);
    await ben.run(BLOCK, { id: ann.id });
    const byBlock = await edit(ann, groupId, messageId, 'edited');
    await ben.run(UNBLOCK, { id: ann.id });
    await ben.run(SETTINGS, { input: { receivesMessages: false } });
    const bySetting = await edit(ann, groupId, messageId, 'edited');
    expect(bySetting).toEqual(byBlock);
    expect(byBlock).toEqual({
      message: null,
      userErrors: [{ code: 'RECIPIENT_UNAVAILABLE', message: expect.any(String), field: ['input', 'messageGroupId'] }],
    });
    expect(await api.table.rows(`MSG#${groupId}`)).toEqual(rows);
    expect(await api.table.rows(`EVT#${groupId}`)).toEqual([]);
    await ben.run(SETTINGS, { input: { receivesMessages: true } });
    expect(await edit(ann, groupId, messageId, 'edited')).toMatchObject({ message: { body: 'edited' } });
  });

  it('gets the answer to an edit again that was made before, and no other', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    const first = await edit(ann, groupId, messageId, 'edited');
    await ben.run(BLOCK, { id: ann.id });
    expect(await edit(ann, groupId, messageId, 'edited')).toEqual(first);
    expect((await edit(ann, groupId, messageId, 'hello')).userErrors).toMatchObject([
      { code: 'RECIPIENT_UNAVAILABLE' },
    ]);
    const [row] = await api.table.rows(`MSG#${groupId}`);
    expect(row?.['message']).toBe('edited');
  });

  it('can delete what they sent', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    await ben.run(BLOCK, { id: ann.id });
    const { data } = await ann.run(DELETE, { input: { messageGroupId: groupId, messageId } });
    expect(data.deleteMessage).toEqual({ message: { deletedAt: expect.any(String) }, userErrors: [] });
  });

  it('is written to by the blocker, who can edit that too', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    await ann.run(BLOCK, { id: ben.id });
    expect(await edit(ann, groupId, messageId, 'edited')).toMatchObject({ message: { body: 'edited' } });
    expect(await send(ann, { messageGroupId: groupId })).toMatchObject({ userErrors: [] });
  });

  it('cannot start a group, and still gets the answer to a message that was sent before', async () => {
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    await ben.run(BLOCK, { id: ann.id });
    expect(await send(ann, { handle: ben.handle })).toMatchObject({ userErrors: [{ code: 'RECIPIENT_UNAVAILABLE' }] });
    expect(await api.table.rows(`GRP#${ann.id}`)).toEqual([]);
    await ben.run(UNBLOCK, { id: ann.id });
    const { message, messageGroup } = await send(ann, { handle: ben.handle }, 'key');
    await ben.run(BLOCK, { id: ann.id });
    expect(await send(ann, { handle: ben.handle }, 'key')).toMatchObject({ message, messageGroup, replayed: true });
  });

  it('is listed, and each step can be taken again', async () => {
    const { ann, ben } = await pair();
    for (let time = 0; time < 2; time++) {
      expect((await ben.run(BLOCK, { id: ann.id })).data.blockUser.userErrors).toEqual([]);
      const { data } = await ben.run('{ blocks { nodes { handle } } }');
      expect(data.blocks.nodes).toEqual([{ handle: ann.handle }]);
    }
    for (let time = 0; time < 2; time++) {
      expect((await ben.run(UNBLOCK, { id: ann.id })).data.unblockUser.userErrors).toEqual([]);
      expect((await ben.run('{ blocks { nodes { handle } } }')).data.blocks.nodes).toEqual([]);
    }
    const nobody = crypto.randomUUID();
    expect((await ben.run(BLOCK, { id: nobody })).data.blockUser.userErrors).toMatchObject([
      { code: 'USER_NOT_FOUND' },
    ]);
    expect((await ben.run(BLOCK, { id: ben.id })).data.blockUser.userErrors).toMatchObject([
      { code: 'USER_IS_VIEWER' },
    ]);
  });
});

describe('a user who was deleted, and is still signed in', () => {
  const TYPE = 'mutation ($id: ID!) { setTyping(messageGroupId: $id) { expiresAt } }';

  it('cannot send, edit, type or mark as read: the blocks of them were deleted too', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    const reply = await send(ben, { messageGroupId: groupId });
    await ben.run(BLOCK, { id: ann.id });
    await api.database.query('delete from public.users where uuid = $1', [ann.id]);
    const rows = await api.table.rows();
    const answers = await Promise.all([
      ann.run(SEND, { input: { to: { messageGroupId: groupId }, body: 'reached' } }),
      ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'reached' } }),
      ann.run(EDIT, { input: { messageGroupId: groupId, messageId, body: 'reached' } }),
      ann.run(TYPE, { id: groupId }),
      ann.run(MARK, { input: { messageGroupId: groupId, upTo: reply.message?.id } }),
    ]);
    expect(answers.map(({ status, errors }) => ({ status, ...errors?.[0]?.extensions }))).toEqual(
      Array(5).fill({ status: 401, code: 'UNAUTHENTICATED', reason: 'USER_NOT_REGISTERED' }),
    );
    expect(await api.table.rows()).toEqual(rows);
  });

  it('sees nothing of what others have read', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    await ben.run(MARK, { input: { messageGroupId: groupId, upTo: messageId } });
    expect(await otherReadAt(ann, groupId)).not.toBeNull();
    await api.database.query('delete from public.users where uuid = $1', [ann.id]);
    expect(await otherReadAt(ann, groupId)).toBeNull();
  });
});

describe('User.isBlockedByViewer', () => {
  const groups =
    '{ messageGroups { nodes { otherUser { id isBlockedByViewer } participants { isBlockedByViewer } } } }';

  it('is true for whom the viewer blocks, and for nobody else: neither side sees the blocks of the other', async () => {
    const { ann, ben } = await pair();
    await ben.run(BLOCK, { id: ann.id });
    const seenBy = async (viewer: Person) => (await viewer.run(groups)).data.messageGroups.nodes;
    expect(await seenBy(ben)).toEqual([
      {
        otherUser: { id: ann.id, isBlockedByViewer: true },
        participants: [{ isBlockedByViewer: false }, { isBlockedByViewer: true }],
      },
    ]);
    expect(await seenBy(ann)).toMatchObject([{ otherUser: { id: ben.id, isBlockedByViewer: false } }]);
  });

  it('is as it stands after each mutation of an operation', async () => {
    const { ann, ben } = await pair();
    const { data } = await ben.run(`mutation {
      first: blockUser(input: { userId: "${ann.id}" }) { user { isBlockedByViewer } }
      then: unblockUser(input: { userId: "${ann.id}" }) { user { isBlockedByViewer } }
    }`);
    expect(data).toEqual({
      first: { user: { isBlockedByViewer: true } },
      then: { user: { isBlockedByViewer: false } },
    });
  });
});

describe('blockedUsers', () => {
  it('ends after a hundred, and blocks goes on', async () => {
    const list = await listOfBlocks(api, 105);
    const { ids } = await list.page({ first: 100 });
    expect(await list.blockedUsers()).toEqual(ids);
    expect((await list.page({ first: 100, after: list.cursors[99] ?? '' })).ids).toEqual(list.ids.slice(100));
  });
});

describe('read receipts', () => {
  it('show how far the other has read, and are off for both sides where one turns them off', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    const { data } = await ben.run(MARK, { input: { messageGroupId: groupId, upTo: messageId } });
    expect(data.markRead.messageGroup).toEqual({ lastReadAt: expect.any(String), unreadCount: 0 });
    expect(await otherReadAt(ann, groupId)).toBe(data.markRead.messageGroup?.lastReadAt);
    await send(ben, { messageGroupId: groupId });
    for (const who of [ann, ben]) {
      await who.run(SETTINGS, { input: { readReceipts: false } });
      expect(await otherReadAt(ann, groupId)).toBeNull();
      const { data: changed } = await who.run(SETTINGS, { input: { readReceipts: true } });
      expect(changed.updateMessageSettings.messageSettings).toEqual({ readReceipts: true, receivesMessages: true });
    }
    expect(await otherReadAt(ann, groupId)).not.toBeNull();
  });

  it('that were shown are hidden from both sides while one of the two blocks the other', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    const reply = await send(ben, { messageGroupId: groupId });
    await ben.run(MARK, { input: { messageGroupId: groupId, upTo: messageId } });
    await ann.run(MARK, { input: { messageGroupId: groupId, upTo: reply.message?.id } });
    const shown = async () => Promise.all([ann, ben].map((person) => otherReadAt(person, groupId)));
    expect(await shown()).toEqual([expect.any(String), expect.any(String)]);
    for (const [blocker, blocked] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      await blocker.run(BLOCK, { id: blocked.id });
      expect(await shown()).toEqual([null, null]);
      await blocker.run(UNBLOCK, { id: blocked.id });
    }
    expect(await shown()).toEqual([expect.any(String), expect.any(String)]);
  });

  it('of a whole page of groups take one SQL statement', async () => {
    const ann = await api.person('ann');
    const others = await Promise.all(['ben', 'cat', 'dan'].map((name) => api.person(name)));
    for (const other of others) {
      const { messageGroup, message } = await send(ann, { handle: other.handle });
      await other.run(MARK, { input: { messageGroupId: messageGroup?.id, upTo: message?.id } });
    }
    await others[1]?.run(BLOCK, { id: ann.id });
    await others[2]?.run(SETTINGS, { input: { readReceipts: false } });
    const { data, extensions } = await post(
      api.url,
      { query: '{ messageGroups { nodes { otherUserLastReadAt } } }' },
      { authorization: `Bearer ${ann.token}`, 'x-cost': '1' },
    );
    expect(data.messageGroups.nodes.map(({ otherUserLastReadAt }) => otherUserLastReadAt)).toEqual([
      null,
      null,
      expect.any(String),
    ]);
    expect(extensions?.cost.spent?.sqlStatements).toBe(1);
  });

  it('stop where one blocks the other', async () => {
    const { ann, ben, groupId, messageId } = await pair();
    await ann.run(BLOCK, { id: ben.id });
    await ben.run(MARK, { input: { messageGroupId: groupId, upTo: messageId } });
    expect(await otherReadAt(ann, groupId)).toBeNull();
  });
});
