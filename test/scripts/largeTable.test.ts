import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { timestampOf } from '../../src/messages/keys.ts';
import type { Item } from '../../src/messages/rows.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { scriptsOn } from '../support/stack.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

/** LARGE_TABLE_ROWS=200000 npm test -- test/scripts/largeTable takes a quarter of an hour on two cores. */
const ROWS = Number(process.env['LARGE_TABLE_ROWS'] ?? 2000);
const ROWS_OF_A_GROUP = 40;
/** A table of 2,000 such rows is larger than the heap that the command gets: it ends with an error if it keeps them. */
const BYTES_OF_A_MESSAGE = 40_000;
const HEAP_MB = 64;

const { run } = scriptsOn(mkdtempSync(join(tmpdir(), 'large-')));

/** A group with no pair row, rows that know no message id, and every fifth message with an offset. */
function legacyGroup(index: number): Item[] {
  const [one, other] = [newPerson('one'), newPerson('other')];
  const groupId = randomUUID();
  const keyOf = (n: number) => {
    const key = timestampOf((1_600_000_000 + index + n * 60) * 1_000_000);
    return n % 5 === 0 ? key.replace('Z', '+00:00') : key;
  };
  const names = (user: typeof one) => ({ user_uuid: user.id, user_handle: user.handle, user_display_name: 'x' });
  const messages = Array.from({ length: ROWS_OF_A_GROUP - 2 }, (_, n) => ({
    pk: `MSG#${groupId}`,
    sk: keyOf(n),
    message: `message ${n} `.padEnd(ROWS > 10_000 ? 100 : BYTES_OF_A_MESSAGE, 'x'),
    message_uuid: randomUUID(),
    ...names(n % 2 ? one : other),
  }));
  const row = { sk: keyOf(ROWS_OF_A_GROUP - 3), message_group_uuid: groupId, message: 'last' };
  return [
    ...messages,
    { pk: `GRP#${one.id}`, ...row, ...names(other) },
    { pk: `GRP#${other.id}`, ...row, ...names(one) },
  ];
}

async function fill(table: TestTable, rows: number) {
  for (let index = 0; index < rows / ROWS_OF_A_GROUP; index++) await table.load(legacyGroup(index));
}

it('adopt and verify take memory that does not grow with the table', async () => {
  const table = await createTestTable();
  await fill(table, ROWS);
  for (const name of ['adopt', 'verify']) {
    const { code, stdout } = await run('scripts/cruddur.ts', ['ddb', name, '--json'], {
      DYNAMODB_ENDPOINT: dynamodbEndpoint(),
      MESSAGES_TABLE: table.table,
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
    });
    console.log(`${name}, ${ROWS} rows, ${HEAP_MB} MB of heap: ${String(stdout.trim().split('\n').at(-1))}`);
    expect({ name, code }).toEqual({ name, code: 0 });
  }
  await table.drop();
}, 3_600_000);
