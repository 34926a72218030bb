import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphQLAnswer, type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { databaseUrl } from '../support/environment.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

const EDIT =
  'mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { body } userErrors { code } } }';
const TYPE = 'mutation ($id: ID!) { setTyping(messageGroupId: $id) { expiresAt } }';
const MARK = 'mutation ($input: MarkReadInput!) { markRead(input: $input) { userErrors { code } } }';
const SETTINGS = `mutation ($input: UpdateMessageSettingsInput!) {
  updateMessageSettings(input: $input) { messageSettings { receivesMessages } }
}`;
const UNBLOCK = 'mutation ($id: ID!) { unblockUser(input: { userId: $id }) { userErrors { code } } }';
const BLOCK = 'mutation ($id: ID!) { blockUser(input: { userId: $id }) { userErrors { code } } }';

let api: TestApi;
let postgres: TcpProxy;
beforeAll(async () => {
  postgres = await startTcpProxy(databaseUrl());
  api = await startTestApi({ databaseUrl: postgres.url, registryUrl: databaseUrl(), env: { DATABASE_POOL_SIZE: '1' } });
});
afterEach(() => {
  postgres.heal();
});
afterAll(async () => {
  await api.stop();
  await postgres.stop();
});

/** Two people with a group, of whom the second blocks the first by way of another node. */
async function blockedPair() {
  const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
  const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'first' } });
  await ben.run('{ me { id } }');
  const { messageGroup, message } = data.sendMessage;
  await api.database.query('insert into public.user_blocks (blocker_uuid, blocked_uuid) values ($1, $2)', [
    ben.id,
    ann.id,
  ]);
  const groupId = messageGroup?.id ?? '';
  const send = () => ann.run(SEND, { input: { to: { messageGroupId: groupId }, body: 'reached' } });
  const edit = () => ann.run(EDIT, { input: { messageGroupId: groupId, messageId: message?.id, body: 'reached' } });
  return { ann, ben, groupId, messageId: message?.id ?? '', send, edit };
}

const codeOf = ({ errors }: GraphQLAnswer) => errors?.[0]?.extensions['code'];
const bodiesIn = async (groupId: string) => (await api.table.rows(`MSG#${groupId}`)).map((row) => row['message']);

describe('a message or an edit', () => {
  it('is refused for now while the pool is full or Postgres is silent, and nothing is written', async () => {
    const { ann, groupId, send, edit } = await blockedPair();
    postgres.misbehave('frozen');
    const flood = Array.from({ length: 110 }, () => ann.run('{ messageSettings { readReceipts } }'));
    const answers = await Promise.all([send(), edit(), ...flood]);
    // The pool is empty again, and one statement at a time finds out whether Postgres answers.
    answers.push(...(await Promise.all([send(), edit(), send()])));
    for (const { status, headers, ...answer } of answers) {
      expect({ status, code: codeOf({ status, headers, ...answer }), retryAfter: headers.get('retry-after') }).toEqual({
        status: 503,
        code: 'SERVICE_UNAVAILABLE',
        retryAfter: '1',
      });
    }
    expect(answers[0].errors).toEqual([
      {
        message: expect.stringContaining('again'),
        locations: [{ line: 2, column: 3 }],
        path: ['sendMessage'],
        extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 },
      },
    ]);
    expect(await bodiesIn(groupId)).toEqual(['first']);
    postgres.heal();
    expect((await send()).data.sendMessage.userErrors).toMatchObject([{ code: 'RECIPIENT_UNAVAILABLE' }]);
  });

  it('is refused by what was last known while Postgres refuses connections', async () => {
    const { ben, send, edit, groupId } = await blockedPair();
    await send();
    postgres.misbehave('cut');
    expect((await send()).data.sendMessage.userErrors).toMatchObject([{ code: 'RECIPIENT_UNAVAILABLE' }]);
    expect((await edit()).data.editMessage.userErrors).toMatchObject([{ code: 'RECIPIENT_UNAVAILABLE' }]);
    expect(await bodiesIn(groupId)).toEqual(['first']);
    const { data } = await ben.run(SEND, { input: { to: { messageGroupId: groupId }, body: 'from ben' } });
    expect(data.sendMessage.userErrors).toEqual([]);
  });

  it('is refused while Postgres refuses connections if the block was made here', async () => {
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'first' } });
    await ben.run(BLOCK, { id: ann.id });
    postgres.misbehave('cut');
    const to = { messageGroupId: data.sendMessage.messageGroup?.id };
    const refused = await ann.run(SEND, { input: { to, body: 'reached' } });
    expect(refused.data.sendMessage.userErrors).toMatchObject([{ code: 'RECIPIENT_UNAVAILABLE' }]);
  });
});

describe('while Postgres refuses connections, a message', () => {
  it('is not refused any more if the block was taken back here', async () => {
    const { ann, ben, send, groupId } = await blockedPair();
    await send();
    await ben.run(UNBLOCK, { id: ann.id });
    postgres.misbehave('cut');
    expect((await send()).data.sendMessage.userErrors).toEqual([]);
    expect(await bodiesIn(groupId)).toEqual(['first', 'reached']);
  });

  it('is refused if the recipient chose here to receive from nobody, until that is taken back here', async () => {
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'first' } });
    const to = { messageGroupId: data.sendMessage.messageGroup?.id };
    const sendWithoutPostgres = async () => {
      postgres.misbehave('cut');
      const answer = await ann.run(SEND, { input: { to, body: 'reached' } });
      postgres.heal();
      return answer.data.sendMessage.userErrors;
    };
    await ben.run(SETTINGS, { input: { receivesMessages: false } });
    expect(await sendWithoutPostgres()).toMatchObject([{ code: 'RECIPIENT_UNAVAILABLE' }]);
    await whenAnswered(ben);
    await ben.run(SETTINGS, { input: { receivesMessages: true } });
    expect(await sendWithoutPostgres()).toEqual([]);
  });

  /** Postgres is asked again a moment after it came back. */
  async function whenAnswered(person: Person): Promise<void> {
    while ((await person.run('{ messageSettings { readReceipts } }')).errors);
  }
});

describe('while Postgres is silent', () => {
  it('typing is refused, and a mark is made that nobody else sees', async () => {
    const { ann, ben, groupId, messageId } = await blockedPair();
    const type = (who: Person) => who.run(TYPE, { id: groupId });
    postgres.misbehave('frozen');
    expect(codeOf(await type(ann))).toBe('SERVICE_UNAVAILABLE');
    const { data } = await ben.run(MARK, { input: { messageGroupId: groupId, upTo: messageId } });
    expect(data.markRead.userErrors).toEqual([]);
    postgres.heal();
    const rows = await api.table.rows(`EVT#${groupId}`);
    expect(rows).toEqual([]);
  });
});
