import { randomUUID } from 'node:crypto';
import type { MessageConnection, MessageGroupConnection, UserConnection } from '../../src/generated/graphql.ts';
import { cursorOf } from '../../src/messages/cursors.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import { newGroupRows, newMessage } from '../../src/messages/newRows.ts';
import { createProjector } from '../../src/messages/projector.ts';
import { groupItem, type Item, type Message, messageItem, type Participant } from '../../src/messages/rows.ts';
import { type Person, SEND, type TestApi } from './api.ts';
import { newRecord } from './stream.ts';
import { newPerson } from './table.ts';

export interface PageArguments {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
}

export interface ListPage {
  ids: string[];
  cursors: string[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** A connection, with what is known to be in it. */
export interface List {
  /** Newest first. */
  ids: string[];
  cursors: string[];
  page(args: PageArguments): Promise<ListPage>;
  /** What other clients do while the list is read; changes nothing at or below the place of any of `ids`. */
  write(): Promise<void>;
}

const START = Date.UTC(2026, 0, 1) * 1000;
const PAGE_INFO = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const ARGUMENTS = '$first: Int, $after: String, $last: Int, $before: String';
const PASSED = 'first: $first, after: $after, last: $last, before: $before';

/** A message group of so many messages. Other clients send more. */
export async function listOfMessages(api: TestApi, count: number): Promise<List> {
  const { table } = api;
  const [viewer, other] = await Promise.all([api.person('viewer'), api.person('other')]);
  const groupId = randomUUID();
  const messages = Array.from({ length: count }, (_, index) => messageOf(groupId, other, index));
  await table.load([...messages.map(messageItem), ...groupRows(viewer, other, messageOf(groupId, other, count))]);
  const query = `query ($id: ID!, ${ARGUMENTS}) {
    messages(messageGroupId: $id, ${PASSED}) { edges { cursor node { id } } ${PAGE_INFO} }
  }`;
  return {
    ...known(messages),
    async page(args) {
      const { data, errors } = await viewer.run(query, { id: groupId, ...args });
      if (errors) throw new Error(JSON.stringify(errors));
      return pageOf(data.messages);
    },
    async write() {
      await send(other, { messageGroupId: groupId });
    },
  };
}

/**
 * The list of a viewer with so many message groups, and one in ten besides, of which another moves to the top with each
 * write. Other clients start groups, too.
 */
export async function listOfGroups(api: TestApi, count: number): Promise<List> {
  const { table } = api;
  const viewer = await api.person('viewer');
  const correspondents = await Promise.all([api.person('one'), api.person('two')]);
  const all = Array.from({ length: count + Math.ceil(count / 10) }, (_, index) => {
    const other = newPerson('other');
    const message = messageOf(randomUUID(), other, index);
    return { message, other, moves: index % 11 === 0 };
  });
  const staying = all.filter(({ moves }) => !moves);
  await table.load(
    all.flatMap(({ message, other, moves }) => {
      const rows = groupRows(viewer, other, message);
      return moves ? [messageItem(message), ...rows] : rows.slice(0, 1);
    }),
  );
  const project = createProjector(table);
  let writes = 0;
  const query = `query (${ARGUMENTS}) { messageGroups(${PASSED}) { edges { cursor node { id } } ${PAGE_INFO} } }`;
  return {
    ids: staying.map(({ message }) => message.groupId).toReversed(),
    cursors: staying.map(({ message }) => cursorOf(message.sortKey)).toReversed(),
    async page(args) {
      const { data, errors } = await viewer.run(query, { ...args });
      if (errors) throw new Error(JSON.stringify(errors));
      return pageOf(data.messageGroups);
    },
    async write() {
      const mover = all[writes * 11];
      if (mover) {
        const newest = { ...messageOf(mover.message.groupId, mover.other, all.length + writes), body: 'again' };
        await table.put(messageItem(newest));
        await project([newRecord(messageItem(newest))]);
      }
      const correspondent = correspondents[writes++];
      if (correspondent) await send(correspondent, { handle: viewer.handle });
    },
  };
}

/**
 * The blocks of a viewer, three of each moment. Other clients of the viewer block and unblock two more people, who come
 * first each time.
 */
export async function listOfBlocks(
  api: TestApi,
  count: number,
): Promise<List & { blockedUsers: () => Promise<string[]> }> {
  const viewer = await api.person('viewer');
  const people = Array.from({ length: count }, (_, index) => ({
    ...newPerson('blocked'),
    at: timestampOf(START + Math.floor(index / 3) * 1_000_000),
  }));
  await api.database.query(
    `insert into public.users (uuid, handle, display_name, email, cognito_user_id)
     select uuid, handle, handle, handle, uuid from unnest($1::uuid[], $2::text[]) as people (uuid, handle)`,
    [people.map(({ id }) => id), people.map(({ handle }) => handle)],
  );
  await api.database.query(
    `insert into public.user_blocks (blocker_uuid, blocked_uuid, created_at)
     select $1, uuid, at from unnest($2::uuid[], $3::timestamptz[]) as blocks (uuid, at)`,
    [viewer.id, people.map(({ id }) => id), people.map(({ at }) => at)],
  );
  const sortKeys = people
    .map(({ id, at }) => `${at} ${id}`)
    .sort()
    .reverse();
  const others = await Promise.all([api.person('one'), api.person('two')]);
  const change = (field: string, id: string) =>
    viewer.run(`mutation ($id: ID!) { ${field}(input: { userId: $id }) { userErrors { code } } }`, { id });
  let writes = 0;
  const query = `query (${ARGUMENTS}) { blocks(${PASSED}) { edges { cursor node { id } } ${PAGE_INFO} } }`;
  return {
    ids: sortKeys.map((sortKey) => sortKey.split(' ')[1] ?? ''),
    cursors: sortKeys.map(cursorOf),
    async page(args) {
      const { data, errors } = await viewer.run(query, { ...args });
      if (errors) throw new Error(JSON.stringify(errors));
      return pageOf(data.blocks);
    },
    async blockedUsers() {
      const { data } = await viewer.run('{ blockedUsers { id } }');
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- served until no frontend asks for it
      return data.blockedUsers.map(({ id }) => id);
    },
    async write() {
      const other = others[writes++ % 2];
      if (!other) return;
      await change('unblockUser', other.id);
      await change('blockUser', other.id);
    },
  };
}

function pageOf({ edges, pageInfo }: MessageConnection | MessageGroupConnection | UserConnection): ListPage {
  return { ids: edges.map(({ node }) => node.id), cursors: edges.map(({ cursor }) => cursor), pageInfo };
}

function known(messages: Message[]): Pick<List, 'ids' | 'cursors'> {
  const newestFirst = messages.toReversed();
  return { ids: newestFirst.map(({ id }) => id), cursors: newestFirst.map(({ sortKey }) => cursorOf(sortKey)) };
}

function messageOf(groupId: string, { id, handle, displayName }: Participant, index: number): Message {
  const createdAt = timestampOf(START + index * 1_000_000);
  const sender = { id, handle, displayName };
  return newMessage({ id: randomUUID(), groupId, body: 'hello', sender, sortKey: createdAt });
}

/** As the earlier backend left them: without a pair row. The row of the first of the two first. */
function groupRows(one: Participant, other: Participant, message: Message): Item[] {
  const recipient = message.sender.id === one.id ? other : one;
  return newGroupRows(message, recipient)
    .sort((row) => (row.participantId === one.id ? -1 : 1))
    .map((row) => groupItem({ ...row, paired: false }));
}

async function send(sender: Person, to: object): Promise<void> {
  await sender.run(SEND, { input: { to, body: 'hello' } });
}
