import { execFile } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import { findDynoxide, startDynamoDb } from '../../scripts/local/dynamodb.ts';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { readTableConfig } from '../../src/config.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import { groupAfter, newMessage } from '../../src/messages/newRows.ts';
import { newReading } from '../../src/messages/reading.ts';
import { groupItem, type Item, messageItem, type Participant } from '../../src/messages/rows.ts';
import { tableDefinition } from '../../src/messages/table.ts';

/** How long the lists of a kept table are. */
export interface Sizes {
  /** Messages in the group `deep`; the group `shallow` has 1,000. */
  messages: number;
  /** Groups of the user `many-groups`; the user `few-groups` has 100. */
  groups: number;
}

export const VIEWER: Participant = { id: 'viewer', handle: 'viewer', displayName: 'Viewer' };
/** Older than all rows but the first 60 of a list. */
export const NEAR_THE_END = timestampOf(Date.UTC(2020, 0, 1, 0, 1) * 1000);

const OTHER: Participant = { id: 'other', handle: 'other', displayName: 'Other' };
const TABLE = 'bench-kept';
const FOLDER = '.data/bench';
const FIRST_MICROSECOND = Date.UTC(2020, 0, 1) * 1000;
const REPORT_EVERY = 100_000;

/**
 * A table with long lists, kept between runs. It is filled by the emulator's import of a DynamoDB export: writes into
 * one long partition get slower with each row.
 */
export async function openKept(sizes: Sizes, log: (line: string) => void) {
  const dbPath = `${FOLDER}/${sizes.messages}-${sizes.groups}.sqlite`;
  if (!existsSync(dbPath)) await importRows(rowsOf(sizes, log), dbPath);
  const dynamodb = await startDynamoDb({ port: 0, dbPath });
  const client = createDynamoDbClient(readTableConfig({ DYNAMODB_ENDPOINT: dynamodb.url, MESSAGES_TABLE: TABLE }));
  const messages: Messages = createMessages({ dynamo: createDocumentClient(client), table: TABLE });
  return {
    messages,
    async stop() {
      client.destroy();
      await dynamodb.stop();
    },
  };
}

async function importRows(rows: Iterable<Item>, dbPath: string): Promise<void> {
  const source = `${FOLDER}/export`;
  mkdirSync(`${source}/${TABLE}/data`, { recursive: true });
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = tableDefinition(TABLE);
  const Table = { TableName: TABLE, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes };
  writeFileSync(`${FOLDER}/schema.json`, JSON.stringify([{ Table }]));
  await pipeline(
    Readable.from(linesOf(rows)),
    createGzip({ level: 1 }),
    createWriteStream(`${source}/${TABLE}/data/rows.json.gz`),
  );
  const made = `${dbPath}.part`;
  await promisify(execFile)(findDynoxide(), [
    ...['import', '--source', source, '--schema', `${FOLDER}/schema.json`, '--output', made, '--force'],
  ]);
  renameSync(made, dbPath);
  rmSync(source, { recursive: true });
}

function* linesOf(rows: Iterable<Item>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify({ Item: marshall(row, { removeUndefinedValues: true }) })}\n`;
}

function* rowsOf({ messages, groups }: Sizes, log: (line: string) => void): Generator<Item> {
  yield* groupOf('shallow', 1000);
  yield* inboxOf('few-groups', 100);
  yield* inboxOf('many-groups', groups);
  for (const row of groupOf('deep', messages)) {
    yield row;
    const n = Number(row['message']);
    if (n % REPORT_EVERY === 0) log(`writing ${n} of ${messages} messages`);
  }
  log('importing them');
}

function* groupOf(groupId: string, count: number): Generator<Item> {
  yield groupRow(groupId, VIEWER.id, count);
  for (let n = 0; n < count; n++) {
    const time = timeOf(n);
    const id = `${groupId} ${n}`;
    yield messageItem(newMessage({ id, groupId, body: String(n), sender: VIEWER, sortKey: time }));
  }
}

function* inboxOf(userId: string, count: number): Generator<Item> {
  for (let n = 0; n < count; n++) yield groupRow(`${userId} ${n}`, userId, n);
}

function groupRow(id: string, participantId: string, n: number): Item {
  const time = timeOf(n);
  const newest = newMessage({ id: `${id} newest`, groupId: id, body: String(n), sender: OTHER, sortKey: time });
  return groupItem({ ...groupAfter(newest, OTHER), participantId, reading: newReading(), revision: 1 });
}

/** A row a second. */
function timeOf(n: number): string {
  return timestampOf(FIRST_MICROSECOND + n * 1_000_000);
}
