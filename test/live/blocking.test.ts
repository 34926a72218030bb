import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { type FeedMessage, typingTopic } from '../../src/live/feed.ts';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';

const EVENTS = `subscription Events($id: ID!, $after: String) {
  messageEvents(messageGroupId: $id, after: $after) { type message { body } user { handle } }
}`;
const TYPE = 'mutation ($id: ID!) { setTyping(messageGroupId: $id) { expiresAt userErrors { code } } }';
const MARK = 'mutation ($input: MarkReadInput!) { markRead(input: $input) { userErrors { code } } }';
const BLOCK = 'mutation ($id: ID!) { blockUser(input: { userId: $id }) { userErrors { code } } }';
const UNBLOCK = 'mutation ($id: ID!) { unblockUser(input: { userId: $id }) { userErrors { code } } }';
const SETTINGS =
  'mutation ($input: UpdateMessageSettingsInput!) { updateMessageSettings(input: $input) { messageSettings { readReceipts } } }';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ live: true });
});
afterAll(() => api.stop());

let ann: Person;
let ben: Person;
let groupId: string;
let firstId: string;
const clients: Client[] = [];
beforeEach(async () => {
  [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
  const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'first' } });
  groupId = data.sendMessage.messageGroup?.id ?? '';
  firstId = data.sendMessage.message?.id ?? '';
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map(async (client) => client.dispose()));
});

const set = (person: Person, input: object) => person.run(SETTINGS, { input });
const say = (person: Person, body: string) => person.run(SEND, { input: { to: { messageGroupId: groupId }, body } });

function eventsOf(person: Person, after?: string) {
  const client = connect(api.url, bearer(person.token));
  clients.push(client);
  return subscribe(client, EVENTS, { id: groupId, after });
}

interface End {
  who: string;
  end: () => Promise<unknown>;
  undo: () => Promise<unknown>;
  /** Who can send messages all the same. */
  writer: () => Person;
}

/** What ends presence between the two, as ann sees it. */
const ENDS: End[] = [
  {
    who: 'blocks the other',
    end: () => ann.run(BLOCK, { id: ben.id }),
    undo: () => ann.run(UNBLOCK, { id: ben.id }),
    writer: () => ann,
  },
  {
    who: 'is blocked by the other',
    end: () => ben.run(BLOCK, { id: ann.id }),
    undo: () => ben.run(UNBLOCK, { id: ann.id }),
    writer: () => ben,
  },
  {
    who: 'has turned receipts off',
    end: () => set(ann, { readReceipts: false }),
    undo: () => set(ann, { readReceipts: true }),
    writer: () => ann,
  },
  {
    who: 'writes to somebody who has turned receipts off',
    end: () => set(ben, { readReceipts: false }),
    undo: () => set(ben, { readReceipts: true }),
    writer: () => ann,
  },
];

const RECEIVES_NOTHING: End = {
  who: 'writes to somebody who receives from nobody',
  end: () => set(ben, { receivesMessages: false }),
  undo: () => set(ben, { receivesMessages: true }),
  writer: () => ben,
};

describe('a person who types', () => {
  it.each([...ENDS, RECEIVES_NOTHING])('and $who is not passed on, and gets the same answer', async ({ end, undo }) => {
    const published: FeedMessage[] = [];
    const stop = await api.feed?.listen([typingTopic(groupId)], {
      onMessage: (message) => published.push(message),
      onGap: () => undefined,
    });
    const type = async () => (await ann.run(TYPE, { id: groupId })).data.setTyping;
    await end();
    expect(await type()).toEqual({ expiresAt: expect.any(String), userErrors: [] });
    expect(published).toEqual([]);
    await undo();
    expect(await type()).toEqual({ expiresAt: expect.any(String), userErrors: [] });
    expect(published).toMatchObject([{ kind: 'typing', userId: ann.id }]);
    stop?.();
  });
});

describe('typing and marks that are under way', () => {
  it.each(ENDS)('are not delivered if the person $who by then', async ({ end, writer }) => {
    const { data } = await ben.run(`{ messages(messageGroupId: "${groupId}") { pageInfo { startCursor } } }`);
    const replyId = (await say(ben, 'second')).data.sendMessage.message?.id;
    await ann.run(MARK, { input: { messageGroupId: groupId, upTo: replyId } });
    await ben.run(MARK, { input: { messageGroupId: groupId, upTo: firstId } });
    await end();
    const heard = [ann, ben].map((person) => eventsOf(person, data.messages.pageInfo.startCursor ?? undefined));
    const typesOf = async (count: number) =>
      (await Promise.all(heard.map(({ until }) => until(count)))).map((answers) =>
        answers.map(({ data: event }) => event?.messageEvents.type),
      );
    await typesOf(1);
    for (const { id: userId } of [ann, ben]) {
      api.feed?.publish(typingTopic(groupId), { kind: 'typing', userId, until: Date.now() + 6000 });
    }
    // What was passed on before a message is delivered before it.
    await say(writer(), 'third');
    expect(await typesOf(2)).toEqual(Array(2).fill(['CREATED', 'CREATED']));
  });
});
