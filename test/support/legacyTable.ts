import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { timestampOf } from '../../src/messages/keys.ts';
import type { Item, Participant } from '../../src/messages/rows.ts';
import { newPerson } from './table.ts';

/** The forms in which the earlier backend wrote one moment; a naive one is UTC here. */
const FORMS: ((microseconds: number) => string)[] = [
  (at) => timestampOf(at),
  (at) => timestampOf(at).replace('Z', '+00:00'),
  (at) => timestampOf(at - 5 * 3_600_000_000).replace('Z', '-05:00'),
  (at) => timestampOf(at).replace('Z', ''),
  (at) => timestampOf(at - (at % 1_000_000)).replace(/\.\d+Z/, ''),
];

const START = Date.UTC(2019, 11, 31, 23, 59, 50) * 1000;

/** One group with the faults of the earlier backend. */
export interface LegacyGroup {
  pair: number;
  messages: { moment: number; form: number; byFirst: boolean }[];
  /** For each participant: the message that each of its rows shows, by its place in `messages`. */
  rows: [number[], number[]];
  forms: [number, number];
}

const form = fc.nat(FORMS.length - 1);

/** Groups of few people: two of one pair are likely, and so are messages and rows of one moment. */
export const legacyGroups = fc.array(
  fc.record({
    pair: fc.nat(2),
    messages: fc.array(fc.record({ moment: fc.nat(40), form, byFirst: fc.boolean() }), { minLength: 1, maxLength: 8 }),
    rows: fc.tuple(fc.array(fc.nat(7), { minLength: 1, maxLength: 2 }), fc.array(fc.nat(7), { maxLength: 2 })),
    forms: fc.tuple(form, form),
  }),
  { minLength: 1, maxLength: 5 },
);

/**
 * The rows of such groups, between three people. Messages whose keys meet are one row, as they would have been; rows
 * of different groups keep apart, since one that is gone with its group's only sender could be found by nobody.
 */
export function legacyItems(groups: LegacyGroup[]): Item[] {
  const people = [newPerson('ann'), newPerson('ben'), newPerson('cleo')];
  const items = new Map<string, Item>();
  for (const { pair, messages, rows, forms } of groups) {
    const [one, other] = [people[pair], people[(pair + 1) % 3]];
    if (!one || !other) continue;
    const groupId = randomUUID();
    for (const { moment, form, byFirst } of messages) {
      const item = message(groupId, keyOf(moment, form), byFirst ? one : other);
      items.set(keyText(item), item);
    }
    const addRow = (owner: Participant, otherUser: Participant, shown: number, form: number) => {
      let { moment } = messages[shown % messages.length] ?? { moment: 0 };
      const row = () => groupRow(owner, otherUser, groupId, keyOf(moment, form));
      while ((items.get(keyText(row()))?.['message_group_uuid'] ?? groupId) !== groupId) moment++;
      items.set(keyText(row()), row());
    };
    for (const shown of rows[0]) addRow(one, other, shown, forms[0]);
    for (const shown of rows[1]) addRow(other, one, shown, forms[1]);
  }
  return [...items.values()];
}

function keyText({ pk, sk }: Item): string {
  return `${String(pk)} ${String(sk)}`;
}

/** Half a second apart, so that forms without decimals make different moments meet. */
function keyOf(moment: number, form: number): string {
  return FORMS[form]?.(START + moment * 500_000) ?? '';
}

function message(groupId: string, sk: string, sender: Participant): Item {
  const id = randomUUID();
  return { pk: `MSG#${groupId}`, sk, message: `text of ${id}`, message_uuid: id, ...attributesOf(sender) };
}

function groupRow(owner: Participant, other: Participant, groupId: string, sk: string): Item {
  return { pk: `GRP#${owner.id}`, sk, message_group_uuid: groupId, message: 'as it was', ...attributesOf(other) };
}

function attributesOf({ id, handle, displayName }: Participant): Item {
  return { user_uuid: id, user_handle: handle, user_display_name: displayName, cognito_user_id: 'MOCK' };
}
