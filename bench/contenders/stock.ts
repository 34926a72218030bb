import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
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

async function sendMessage({ to, body }: { to: { messageGroupId: string }; body: string }) {
  counted.dynamodbCalls++;
  const sk = new Date().toISOString().replace('Z', `${String(Math.floor(Math.random() * 1000)).padStart(3, '0')}Z`);
  const row = {
    pk: `MSG#${to.messageGroupId}`,
    sk,
    message: body.trim(),
    message_uuid: randomUUID(),
    user_uuid: viewerId,
    user_handle: 'viewer',
    user_display_name: 'Viewer',
  };
  await dynamo.send(new PutCommand({ TableName: table, Item: row, ConditionExpression: 'attribute_not_exists(pk)' }));
  return { message: row, userErrors: [] };
}

export const resolvers = {
  Query: {
    messages: (_: unknown, { messageGroupId, ...page }: Page & { messageGroupId: string }) =>
      query(`MSG#${messageGroupId}`, page),
    messageGroups: (_: unknown, page: Page) => query(`GRP#${viewerId}`, page),
  },
  Mutation: {
    sendMessage: (_: unknown, { input }: { input: Parameters<typeof sendMessage>[0] }) => sendMessage(input),
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
