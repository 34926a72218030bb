import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import DataLoader from 'dataloader';
import pg from 'pg';
import { counted, given } from './serve.ts';

/** What every other server is given: the SDK, the pool and the loader as their documentation shows them. */

export const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

const { dynamodbEndpoint, databaseUrl, table, viewerId } = given();
const client = new DynamoDBClient({
  region: 'us-east-1',
  endpoint: dynamodbEndpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const dynamo = DynamoDBDocumentClient.from(client);
const pool = new pg.Pool({ connectionString: databaseUrl });
// Postgres may end before this process does.
pool.on('error', () => undefined);

interface User {
  id: string;
  handle: string;
  displayName: string;
}
type Row = Record<string, string>;
interface Page {
  first?: number;
  after?: string;
}

export interface StockContext {
  users: DataLoader<string, User>;
}

export function createStockContext(): StockContext {
  return {
    users: new DataLoader(async (ids) => {
      counted.sqlStatements++;
      const { rows } = await pool.query<{ uuid: string; handle: string; display_name: string }>(
        'select uuid, handle, display_name from public.users where uuid = any($1::uuid[])',
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.uuid, row]));
      return ids.map((id) => {
        const row = byId.get(id);
        return row ? { id, handle: row.handle, displayName: row.display_name } : new Error(`No user ${id}`);
      });
    }),
  };
}

async function query(pk: string, { first = 20, after }: Page) {
  counted.dynamodbCalls++;
  const { Items: items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :after',
      ExpressionAttributeValues: { ':pk': pk, ...(after !== undefined && { ':after': decode(after) }) },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: first + 1,
    }),
  );
  const rows = (items as Row[]).slice(0, first);
  const edges = rows.map((node) => ({ cursor: encode(node['sk'] ?? ''), node }));
  return {
    edges,
    nodes: rows,
    pageInfo: {
      hasNextPage: items.length > first,
      hasPreviousPage: after !== undefined,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

interface SendInput {
  to: { messageGroupId?: string; handle?: string };
  body: string;
}

async function sendMessage({ to, body }: SendInput) {
  if (to.messageGroupId === undefined) return sendFirst(to.handle ?? '', body);
  const row = messageRow(to.messageGroupId, body);
  counted.dynamodbCalls++;
  await dynamo.send(new PutCommand({ TableName: table, Item: row, ConditionExpression: 'attribute_not_exists(pk)' }));
  return { message: row, userErrors: [] };
}

async function sendFirst(handle: string, body: string) {
  counted.sqlStatements++;
  const { rows } = await pool.query<{ uuid: string; display_name: string }>(
    'select uuid, display_name from public.users where lower(handle) = lower($1)',
    [handle],
  );
  const [other] = rows;
  if (!other) return { message: null, userErrors: [{ code: 'RECIPIENT_NOT_FOUND' }] };
  counted.dynamodbCalls += 2;
  await dynamo.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'user_uuid = :other',
      ExpressionAttributeValues: { ':pk': `GRP#${viewerId}`, ':other': other.uuid },
      ConsistentRead: true,
    }),
  );
  const groupId = randomUUID();
  const row = messageRow(groupId, body);
  const groupRow = (participant: string, user: Row) => ({
    ...user,
    pk: `GRP#${participant}`,
    sk: row.sk,
    message_group_uuid: groupId,
    message: row.message,
    last_message_at: row.sk,
    last_message_uuid: row.message_uuid,
    last_sender_uuid: viewerId,
  });
  const rowsToPut = [
    row,
    { pk: `DM#${[viewerId, other.uuid].sort().join('#')}`, sk: 'DM', group_uuid: groupId },
    groupRow(viewerId, { user_uuid: other.uuid, user_handle: handle, user_display_name: other.display_name }),
    groupRow(other.uuid, { user_uuid: viewerId, user_handle: 'viewer', user_display_name: 'Viewer' }),
  ];
  await dynamo.send(
    new TransactWriteCommand({
      TransactItems: rowsToPut.map((Item) => ({
        Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' },
      })),
    }),
  );
  return { message: row, userErrors: [] };
}

function messageRow(groupId: string, body: string) {
  const sk = new Date().toISOString().replace('Z', `${String(Math.floor(Math.random() * 1000)).padStart(3, '0')}Z`);
  return {
    pk: `MSG#${groupId}`,
    sk,
    message: body.trim(),
    message_uuid: randomUUID(),
    user_uuid: viewerId,
    user_handle: 'viewer',
    user_display_name: 'Viewer',
  };
}

export const resolvers = {
  Query: {
    messages: (_: unknown, { messageGroupId, ...page }: Page & { messageGroupId: string }) =>
      query(`MSG#${messageGroupId}`, page),
    messageGroups: (_: unknown, page: Page) => query(`GRP#${viewerId}`, page),
  },
  Mutation: {
    sendMessage: (_: unknown, { input }: { input: SendInput }) => sendMessage(input),
  },
  Message: {
    id: (row: Row) => row['message_uuid'],
    messageGroupId: (row: Row) => row['pk']?.slice(4),
    body: (row: Row) => row['message'],
    createdAt: (row: Row) => row['sk'],
    sender: (row: Row, _: unknown, { users }: StockContext) => users.load(row['user_uuid'] ?? ''),
  },
  MessageGroup: {
    id: (row: Row) => row['message_group_uuid'],
    otherUser: (row: Row, _: unknown, { users }: StockContext) => users.load(row['user_uuid'] ?? ''),
    lastMessageAt: (row: Row) => row['last_message_at'],
    lastMessage: (row: Row) => ({
      ...row,
      message_uuid: row['last_message_uuid'],
      user_uuid: row['last_sender_uuid'],
      sk: row['last_message_at'],
    }),
  },
};

function encode(sortKey: string): string {
  return Buffer.from(`v1:${sortKey}`).toString('base64url');
}

function decode(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString().slice(3);
}
