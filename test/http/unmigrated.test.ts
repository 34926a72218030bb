import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../../scripts/local/postgres.ts';
import type { LocalPart } from '../../scripts/local/process.ts';
import { SEND, startTestApi, type TestApi } from '../support/api.ts';

const FIRST_MIGRATION = new URL('../../scripts/db/migrations/0001_users.sql', import.meta.url);

let postgres: LocalPart;
let api: TestApi;
beforeAll(async () => {
  postgres = await startPostgres({ port: 0 });
  const client = new pg.Client(postgres.url);
  await client.connect();
  await client.query(String(readFileSync(FIRST_MIGRATION, 'utf8').split('-- Down Migration')[0]));
  await client.end();
  api = await startTestApi({ databaseUrl: postgres.url, registryUrl: postgres.url });
}, 60_000);
afterAll(async () => {
  await api.stop();
  await postgres.stop();
});

describe('a database that has not seen the migration of blocks and settings', () => {
  it('is served as before', async () => {
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
    expect(data.sendMessage).toMatchObject({ userErrors: [], message: { sender: { handle: ann.handle } } });
    const to = { messageGroupId: data.sendMessage.messageGroup?.id };
    expect((await ben.run(SEND, { input: { to, body: 'again' } })).data.sendMessage.userErrors).toEqual([]);
    const groups = await ann.run(
      '{ messageGroups { nodes { unreadCount otherUserLastReadAt otherUser { handle } } } }',
    );
    expect(groups.data.messageGroups.nodes).toMatchObject([{ otherUser: { handle: ben.handle } }]);
  });
});
