import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { bearer, connect, type SocketAnswer, subscribe } from '../support/socket.ts';

const MESSAGE_EVENTS = `subscription Events($id: ID!, $after: String) {
  messageEvents(messageGroupId: $id, after: $after) {
    type cursor message { id body createdAt editedAt deletedAt sender { handle } } user { handle } lastReadAt expiresAt
  }
}`;
const INBOX_EVENTS = `subscription Inbox($after: String) {
  inboxEvents(after: $after) {
    cursor messageGroup { id unreadCount lastReadAt otherUser { handle } lastMessage { body deletedAt sender { handle } } }
  }
}`;

let api: TestApi;
const clients: Client[] = [];
beforeAll(async () => {
  api = await startTestApi({ live: true });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map(async (client) => client.dispose()));
});
afterAll(() => api.stop());

function clientOf({ token }: Person): Client {
  const client = connect(api.url, bearer(token));
  clients.push(client);
  return client;
}

async function pair() {
  const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
  const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'first' } });
  return { ann, ben, groupId: data.sendMessage.messageGroup?.id ?? '', firstId: data.sendMessage.message?.id ?? '' };
}

async function say(person: Person, groupId: string, ...bodies: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const body of bodies) {
    const { data } = await person.run(SEND, { input: { to: { messageGroupId: groupId }, body } });
    ids.push(data.sendMessage.message?.id ?? '');
  }
  return ids;
}

async function cursorsOf(person: Person, groupId: string): Promise<string[]> {
  const { data } = await person.run(`{ messages(messageGroupId: "${groupId}") { edges { cursor } } }`);
  return data.messages.edges.map(({ cursor }) => cursor);
}

const bodiesOf = (answers: SocketAnswer[]) => answers.map(({ data }) => data?.messageEvents.message?.body);

describe('messageEvents', () => {
  it('tell both participants of each new message, once and in order', async () => {
    const { ann, ben, groupId } = await pair();
    const heard = [ann, ben].map((person) => subscribe(clientOf(person), MESSAGE_EVENTS, { id: groupId }));
    await settled();
    await say(ben, groupId, 'one', 'two', 'three');
    for (const { until } of heard) {
      const answers = await until(3);
      expect(bodiesOf(answers)).toEqual(['one', 'two', 'three']);
      expect(answers[0]?.data?.messageEvents).toMatchObject({ type: 'CREATED', user: { handle: ben.handle } });
    }
  });

  it('after a cursor of a page begin with all that came since, then go on', async () => {
    const { ann, ben, groupId } = await pair();
    await say(ann, groupId, 'one', 'two', 'three');
    const cursors = await cursorsOf(ben, groupId);
    const heard = subscribe(clientOf(ben), MESSAGE_EVENTS, { id: groupId, after: cursors.at(2) });
    expect(bodiesOf(await heard.until(2))).toEqual(['two', 'three']);
    await say(ann, groupId, 'four');
    expect(bodiesOf(await heard.until(3))).toEqual(['two', 'three', 'four']);
  });

  it('after the cursor of any event go on without a gap and without a repetition', async () => {
    const { ann, ben, groupId } = await pair();
    const [after] = await cursorsOf(ben, groupId);
    await say(ann, groupId, ...Array.from({ length: 250 }, (_, n) => `message ${n}`));
    const all = await subscribe(clientOf(ben), MESSAGE_EVENTS, { id: groupId, after }).until(250);
    expect(bodiesOf(all)).toEqual(Array.from({ length: 250 }, (_, n) => `message ${n}`));
    for (const from of [0, 99, 100, 101, 248]) {
      const resumed = subscribe(clientOf(ben), MESSAGE_EVENTS, {
        id: groupId,
        after: all[from]?.data?.messageEvents.cursor,
      });
      expect(bodiesOf(await resumed.until(249 - from))).toEqual(bodiesOf(all.slice(from + 1)));
    }
  }, 60_000);

  it('tell of a message that was being written while a newer one was told of, also after a cursor', async () => {
    const { ann, ben, groupId } = await pair();
    const heard = subscribe(clientOf(ben), MESSAGE_EVENTS, { id: groupId });
    await settled();
    await say(ann, groupId, 'newer');
    const [newer] = await heard.until(1);
    const [row] = (await api.table.rows(`MSG#${groupId}`)).filter(({ message }) => message === 'newer');
    const late = (microseconds: number, body: string) => ({
      ...row,
      sk: new Date(Date.parse(String(row?.['sk'])) - microseconds / 1000).toISOString().replace('Z', '001Z'),
      message_uuid: crypto.randomUUID(),
      message: body,
    });
    await api.table.put(late(2_000_000, 'late'));
    expect(bodiesOf(await heard.until(2))).toEqual(['newer', 'late']);
    heard.stop();
    await api.table.put(late(3_000_000, 'later'));
    const resumed = subscribe(clientOf(ben), MESSAGE_EVENTS, {
      id: groupId,
      after: newer?.data?.messageEvents.cursor,
    });
    expect(bodiesOf(await resumed.until(2)).sort()).toEqual(['late', 'later']);
    await say(ann, groupId, 'last');
    expect(bodiesOf(await resumed.until(3)).at(-1)).toBe('last');
  });

  it('tell of edits, deletions and marks, also to who was away, and typing to who is there', async () => {
    const { ann, ben, groupId, firstId } = await pair();
    const [after] = await cursorsOf(ben, groupId);
    const [secondId] = await say(ann, groupId, 'second');
    await ann.run(EDIT, { input: { messageGroupId: groupId, messageId: firstId, body: 'edited' } });
    await ann.run(DELETE, { input: { messageGroupId: groupId, messageId: secondId } });
    await ben.run(MARK, { input: { messageGroupId: groupId, upTo: secondId } });
    const heard = subscribe(clientOf(ann), MESSAGE_EVENTS, { id: groupId, after });
    const expected = [
      { type: 'CREATED', message: { id: secondId, body: null, deletedAt: expect.any(String) } },
      { type: 'EDITED', message: { id: firstId, body: 'edited', editedAt: expect.any(String) } },
      { type: 'DELETED', message: { id: secondId, body: null }, user: { handle: ann.handle } },
      { type: 'READ', message: null, user: { handle: ben.handle }, lastReadAt: expect.any(String) },
    ];
    expect((await heard.until(4)).map(({ data }) => data?.messageEvents)).toMatchObject(expected);
    await ben.run(TYPE, { id: groupId });
    await ann.run(TYPE, { id: groupId });
    await ann.run(EDIT, { input: { messageGroupId: groupId, messageId: firstId, body: 'again' } });
    expect((await heard.until(6)).slice(4).map(({ data }) => data?.messageEvents)).toMatchObject([
      { type: 'TYPING', user: { handle: ben.handle }, expiresAt: expect.any(String) },
      { type: 'EDITED', message: { body: 'again' } },
    ]);
  });

  it('are refused for a group that is not theirs, an id that is none, and a cursor that is none', async () => {
    const { groupId } = await pair();
    const stranger = clientOf(await api.person('cat'));
    const ended = async (variables: object) => subscribe(stranger, MESSAGE_EVENTS, { ...variables }).until(1);
    expect(await ended({ id: groupId })).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
    expect(await ended({ id: 'x' })).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
    const { ann, groupId: own } = await pair();
    expect(await subscribe(clientOf(ann), MESSAGE_EVENTS, { id: own, after: 'x' }).until(1)).toMatchObject([
      { errors: [{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }] },
    ]);
  });
});

describe('inboxEvents', () => {
  it('tell of groups that begin, of new messages, of edits and of what is read', async () => {
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const heard = subscribe(clientOf(ben), INBOX_EVENTS);
    await settled();
    const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
    const groupId = data.sendMessage.messageGroup?.id ?? '';
    expect((await heard.until(1))[0]?.data?.inboxEvents.messageGroup).toMatchObject({
      id: groupId,
      unreadCount: 1,
      otherUser: { handle: ann.handle },
      lastMessage: { body: 'hello', sender: { handle: ann.handle } },
    });
    const [id] = await say(ann, groupId, 'more');
    expect((await heard.until(2))[1]?.data?.inboxEvents.messageGroup).toMatchObject({ unreadCount: 2 });
    await ben.run(MARK, { input: { messageGroupId: groupId, upTo: id } });
    expect((await heard.until(3))[2]?.data?.inboxEvents.messageGroup).toMatchObject({ unreadCount: 0 });
    await ann.run(DELETE, { input: { messageGroupId: groupId, messageId: id } });
    const [, , , last] = await heard.until(4);
    expect(last?.data?.inboxEvents.messageGroup.lastMessage).toMatchObject({ body: null });
    heard.stop();
    const resumed = subscribe(clientOf(ben), INBOX_EVENTS, { after: heard.answers[0]?.data?.inboxEvents.cursor });
    expect((await resumed.until(1))[0]?.data?.inboxEvents.messageGroup).toMatchObject({ id: groupId, unreadCount: 0 });
  });
});

const EDIT =
  'mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { id } userErrors { code } } }';
const DELETE =
  'mutation ($input: DeleteMessageInput!) { deleteMessage(input: $input) { message { id } userErrors { code } } }';
const MARK = 'mutation ($input: MarkReadInput!) { markRead(input: $input) { userErrors { code } } }';
const TYPE = 'mutation ($id: ID!) { setTyping(messageGroupId: $id) { expiresAt userErrors { code } } }';

/** Until a subscription without a cursor has begun, which the protocol does not tell. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
}
