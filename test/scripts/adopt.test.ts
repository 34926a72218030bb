import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adoptTable, type AdoptOptions } from '../../scripts/ddb/adopt.ts';
import { readNaiveTime } from '../../scripts/ddb/naiveTime.ts';
import { createThrottle } from '../../scripts/ddb/throttle.ts';
import { verifyTable } from '../../scripts/ddb/verify.ts';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { microsecondsOf, timestampOf } from '../../src/messages/keys.ts';
import { createMessages } from '../../src/messages/messages.ts';
import type { Item } from '../../src/messages/rows.ts';
import { startGroup } from '../support/group.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { legacyGroups, legacyItems } from '../support/legacyTable.ts';
import { drainStream } from '../support/stream.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await createTestTable();
});
afterAll(() => table.drop());

const options: AdoptOptions = {
  dryRun: false,
  mergeDuplicates: true,
  readNaive: (sortKey) => readNaiveTime(sortKey, 'UTC'),
  throttle: createThrottle(Infinity),
  onChange: () => undefined,
  onLeft: () => undefined,
  onRows: () => undefined,
};

/** A client whose process is gone at its n-th call: the call is carried out or not, and no other one follows. */
function dyingAt(calls: number, carriedOut: boolean) {
  const client = createDynamoDbClient(table.config);
  let made = 0;
  client.middlewareStack.add(
    (next) => async (input) => {
      made++;
      if (made < calls) return next(input);
      if (made === calls && carriedOut) await next(input);
      throw new Error('killed');
    },
    { step: 'initialize', name: 'die' },
  );
  return { dynamo: createDocumentClient(client), table: table.table };
}

async function emptyTable() {
  await Promise.all((await table.rows()).map((row) => table.remove(row)));
}

const isMessage = (row: Item) => String(row['pk']).startsWith('MSG#');
const idsOf = (rows: Item[]) =>
  rows
    .filter(isMessage)
    .map((row) => String(row['message_uuid']))
    .sort();

async function problems(repair = false) {
  const lines: string[] = [];
  await verifyTable(table, { repair, onProblem: (line) => lines.push(line) });
  return lines;
}

describe('ddb adopt', () => {
  it('makes any table of the earlier backend hold every invariant, killed at any moment and run again', async () => {
    await fc.assert(
      fc.asyncProperty(
        legacyGroups,
        fc.integer({ min: 1, max: 120 }),
        fc.boolean(),
        async (groups, killAt, carriedOut) => {
          await emptyTable();
          const before = legacyItems(groups);
          await table.put(...before);
          await adoptTable(dyingAt(killAt, carriedOut), options).catch(() => undefined);
          await adoptTable(table, options);
          const after = await table.rows();
          expect(idsOf(after)).toEqual(idsOf(before));
          expect(brokenInvariants(after)).toEqual([]);
          expect(await problems()).toEqual([]);
          for (const row of after.filter(isMessage)) {
            const was = before.find((item) => item['message_uuid'] === row['message_uuid']);
            const moved = (microsecondsOf(String(row['sk'])) ?? 0) - (microsecondsOf(String(was?.['sk'])) ?? 0);
            expect(moved).toBeGreaterThanOrEqual(0);
            expect(moved).toBeLessThan(100);
            expect({ ...row, pk: was?.['pk'], sk: was?.['sk'] }).toEqual(was);
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  it('changes nothing a second time, nor when it only says what it would do', async () => {
    await emptyTable();
    const [groups] = fc.sample(legacyGroups, { numRuns: 1, seed: 7 });
    await table.put(...legacyItems(groups ?? []));
    const before = await table.rows();
    const lines: string[] = [];
    await adoptTable(table, { ...options, dryRun: true, onChange: (line) => lines.push(line) });
    expect(lines.length).toBeGreaterThan(0);
    expect(await table.rows()).toEqual(before);
    await adoptTable(table, options);
    const adopted = await table.rows();
    expect(await adoptTable(table, options)).toMatchObject({
      sortKeysNormalised: 0,
      groupsMended: 0,
      duplicatesMerged: 0,
    });
    expect(await table.rows()).toEqual(adopted);
  });

  it('loses nothing while the API sends, and sends nothing into the void', async () => {
    await emptyTable();
    const [ann, ben] = [newPerson('ann'), newPerson('ben')];
    const items = Array.from({ length: 60 }, (_, index): Item => {
      const moment = timestampOf(Date.UTC(2022, 0, 1) * 1000 + index * 1_000_000);
      return {
        pk: 'MSG#0e7b5f0a-6d1d-4c9e-9d38-0a9f3c1d2b01',
        sk: moment.replace('Z', '+00:00'),
        message: `m${index}`,
        message_uuid: `m${index}`,
        user_uuid: ann.id,
        user_handle: ann.handle,
        user_display_name: 'ann',
      };
    });
    const last = items.at(-1);
    const row = (owner: string, other: typeof ann): Item => ({
      pk: `GRP#${owner}`,
      sk: last?.['sk'],
      message_group_uuid: '0e7b5f0a-6d1d-4c9e-9d38-0a9f3c1d2b01',
      message: 'm59',
      user_uuid: other.id,
      user_handle: other.handle,
      user_display_name: other.displayName,
    });
    await table.put(...items, row(ann.id, ben), row(ben.id, ann));
    const messages = createMessages(table);
    const [, ...results] = await Promise.all([
      adoptTable(table, options),
      ...Array.from({ length: 30 }, (_, index) =>
        messages.sendToUser(index % 2 ? ann : ben, index % 2 ? ben : ann, `new ${index}`),
      ),
    ]);
    expect(results.every(({ outcome }) => outcome === 'sent')).toBe(true);
    await drainStream(table);
    expect(idsOf(await table.rows())).toHaveLength(90);
    expect(brokenInvariants(await table.rows())).toEqual([]);
  });

  it('leaves two groups of one pair apart unless it is told to merge them, and says so', async () => {
    await emptyTable();
    const one = {
      pair: 0,
      messages: [{ moment: 1, form: 1, byFirst: true }],
      rows: [[0], [0]],
      forms: [1, 1],
    } as const;
    const group = () => ({
      ...one,
      messages: [...one.messages],
      rows: [[0], [0]] as [number[], number[]],
      forms: [1, 1] as [number, number],
    });
    await table.put(...legacyItems([group(), group()]));
    const left: string[] = [];
    const report = await adoptTable(table, { ...options, mergeDuplicates: false, onLeft: (line) => left.push(line) });
    expect(report).toMatchObject({ duplicatesFound: 1, duplicatesMerged: 0, left: 1 });
    expect(left).toEqual([expect.stringContaining('--merge-duplicates')]);
    expect(await adoptTable(table, options)).toMatchObject({ duplicatesMerged: 1, left: 0 });
    expect(brokenInvariants(await table.rows())).toEqual([]);
  });

  it('keeps to a number of write units a second', async () => {
    const throttle = createThrottle(1000);
    const startedAt = Date.now();
    for (let index = 0; index < 5; index++) await throttle.take(100);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(395);
  });
});

describe('ddb verify', () => {
  it('finds nothing wrong with what the API writes, also while it writes', async () => {
    await emptyTable();
    const messages = createMessages(table);
    const [ann, ben] = [newPerson('ann'), newPerson('ben')];
    const sending = Promise.all(Array.from({ length: 20 }, (_, index) => messages.sendToUser(ann, ben, `m${index}`)));
    const draining = sending.then(() => drainStream(table));
    expect(await problems()).toEqual([]);
    await draining;
    expect(await problems()).toEqual([]);
  }, 30_000);

  it('names a row of someone who takes no part in the group', async () => {
    await emptyTable();
    const [ann, ben, eve] = [newPerson('ann'), newPerson('ben'), newPerson('eve')];
    await createMessages({ ...table, now: () => 1_600_000_000_000_000 }).sendToUser(ann, ben, 'hello');
    const [row] = await table.rows(`GRP#${ann.id}`);
    await table.put({ ...row, pk: `GRP#${eve.id}` });
    expect(await problems()).toEqual([expect.stringMatching(new RegExp(`^GRP#${eve.id}.*alone$`))]);
  });

  it('names each fault with its keys, and repairs what follows from the messages', async () => {
    await emptyTable();
    const long = 1_600_000_000_000_000;
    const sendOld = async (text: string) => {
      const [ann, ben] = [newPerson('ann'), newPerson('ben')];
      await createMessages({ ...table, now: () => long }).sendToUser(ann, ben, text);
      const rowOf = async (id: string) => (await table.rows(`GRP#${id}`))[0] ?? {};
      return { ann, ben, annRow: await rowOf(ann.id), benRow: await rowOf(ben.id) };
    };
    const [missing, doubled, stale, unpaired] = [
      await sendOld('1'),
      await sendOld('2'),
      await sendOld('3'),
      await sendOld('4'),
    ];
    await table.remove(missing.annRow);
    await table.put({ ...doubled.annRow, sk: '2019-01-01T00:00:00.000000Z' });
    await table.put({ ...stale.benRow, message: 'old', last_message_uuid: 'old' });
    for (const pair of await table.rows('DM#'))
      if (String(pair['pk']).includes(unpaired.ann.id)) await table.remove(pair);
    const found = (await problems()).join('\n');
    for (const id of [missing.ann.id, doubled.ann.id, stale.ben.id, unpaired.ann.id]) expect(found).toContain(id);
    expect(found.split('\n')).toHaveLength(4);
    expect(await problems(true)).toHaveLength(4);
    expect(await problems()).toEqual([]);
    expect(brokenInvariants(await table.rows())).toEqual([]);
  });
});

describe('ddb verify, of what was read and changed,', () => {
  async function changedGroup() {
    await emptyTable();
    const [ann, ben] = [newPerson('ann'), newPerson('ben')];
    const messages = createMessages(table);
    const first = await messages.sendToUser(ann, ben, 'first');
    if (first.outcome !== 'sent') throw new Error(first.outcome);
    const { groupId, id } = first.message;
    await messages.sendToGroup(ann, groupId, 'second');
    await drainStream(table);
    await messages.markRead(ben.id, groupId, id, true);
    await messages.editMessage(ann.id, groupId, id, 'edited', true);
    return { ann, ben, groupId, id };
  }

  it('finds nothing wrong with marks, edits and deletions', async () => {
    const { ann, groupId, id } = await changedGroup();
    expect(await problems()).toEqual([]);
    await createMessages(table).deleteMessage(ann.id, groupId, id);
    expect(await problems()).toEqual([]);
  });

  it('names and repairs a wrong number, a missing entry and a stray one', async () => {
    const { ben, groupId } = await changedGroup();
    const [row] = await table.rows(`GRP#${ben.id}`);
    const [edited] = (await table.rows(`EVT#${groupId}`)).filter(({ kind }) => kind === 'edited');
    await table.put({ ...row, unread: '' }, { ...edited, sk: '2020-01-01T00:00:00.000000Z' });
    await table.remove(edited);
    const found = (await problems()).join('\n');
    expect(found.split('\n')).toHaveLength(3);
    expect(found).toMatch(/knows 0 unread messages, expected 1/);
    expect(found).toMatch(/log of changes has no entry/);
    expect(found).toMatch(/2020-01-01.*nothing knows/);
    expect(await problems(true)).toHaveLength(3);
    expect(await problems()).toEqual([]);
  }, 30_000);
});

describe('a time without an offset', () => {
  it.each([
    ['UTC', '2023-07-01T12:00:00.000001', '2023-07-01T12:00:00.000001Z'],
    ['America/New_York', '2023-07-01T12:00:00.000001', '2023-07-01T16:00:00.000001Z'],
    ['America/New_York', '2023-12-31T23:30:00', '2024-01-01T04:30:00.000000Z'],
    ['UTC-5', '2023-07-01T12:00:00', '2023-07-01T17:00:00.000000Z'],
  ])('is read in the zone that is named: %s', (zone, sortKey, expected) => {
    expect(timestampOf(readNaiveTime(sortKey, zone) ?? 0)).toBe(expected);
  });
});

it('ddb adopt and ddb verify name the rows that they cannot read, leave them alone, and do all the rest', async () => {
  await emptyTable();
  const messages = createMessages(table);
  const whole = await startGroup(messages);
  const broken = await startGroup(messages);
  const [groupRow] = await table.rows(`GRP#${broken.ben.id}`);
  const unreadable = [
    { ...groupRow, user_uuid: 42 },
    { pk: `MSG#${broken.groupId}`, sk: 'no time', message_uuid: 'x', message: 'x', user_uuid: broken.ann.id },
    { pk: `MSG#${broken.groupId}`, sk: '2026-01-01T00:00:00+09:00', message: 'a message without an id' },
  ];
  await table.put(...unreadable);
  await table.remove((await table.rows(`DM#${[whole.ann.id, whole.ben.id].sort().join('#')}`))[0]);
  const left: string[] = [];
  await adoptTable(table, { ...options, onLeft: (line) => left.push(line) });
  expect(left).toHaveLength(unreadable.length);
  expect(await table.rows(`DM#`)).toHaveLength(2);
  const found = await problems();
  for (const { pk = '', sk = '' } of unreadable) {
    const naming = expect.stringContaining(`${pk} / ${sk}`);
    expect(left).toContainEqual(naming);
    expect(found).toContainEqual(naming);
  }
  const rows = await table.rows();
  for (const row of unreadable) expect(rows).toContainEqual(row);
});
