import type { Item } from '../../src/messages/rows.ts';

/**
 * What is wrong with a table whose stream is drained, a line each: the invariants of the table, read off its rows
 * without the code under test. None where all is well.
 */
export function brokenInvariants(rows: Item[]): string[] {
  const messages = groupBy(rows.filter(isKind('MSG#')), (row) => text(row, 'pk').slice(4));
  const groupRows = groupBy(rows.filter(isKind('GRP#')), (row) => text(row, 'message_group_uuid'));
  const pairs = groupBy(rows.filter(isKind('GRP#')), (row) =>
    [text(row, 'pk').slice(4), text(row, 'user_uuid')].sort().join(),
  );
  return [
    ...[...messages].flatMap(([group, list]) => checkGroup(group, list, groupRows.get(group) ?? [])),
    ...[...groupRows.keys()].filter((group) => !messages.has(group)).map((group) => `${group}: rows without messages`),
    ...[...pairs].flatMap(([pair, list]) => {
      const groups = new Set(list.map((row) => text(row, 'message_group_uuid')));
      return groups.size === 1 ? [] : [`${pair}: share ${groups.size} groups`];
    }),
    ...rows.flatMap((row) => checkSortKey(row)),
  ];
}

function checkGroup(group: string, messages: Item[], rows: Item[]): string[] {
  const newest = messages.reduce((best, row) => (text(row, 'sk') > text(best, 'sk') ? row : best));
  const problems: string[] = [];
  const owners = new Set(rows.map((row) => text(row, 'pk')));
  if (rows.length !== 2 || owners.size !== 2)
    problems.push(`${group}: ${rows.length} rows of ${owners.size} participants`);
  for (const row of rows) {
    if (row['last_message_uuid'] !== newest['message_uuid'])
      problems.push(`${group}: ${text(row, 'pk')} is not at the newest message`);
    if (row['message'] !== newest['message']) problems.push(`${group}: ${text(row, 'pk')} shows another text`);
    if (text(row, 'sk') < text(newest, 'sk'))
      problems.push(`${group}: ${text(row, 'pk')} lies before its newest message`);
  }
  return problems;
}

function checkSortKey(row: Item): string[] {
  if (!isKind('MSG#')(row) && !isKind('GRP#')(row)) return [];
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
  return form.test(text(row, 'sk')) ? [] : [`${text(row, 'pk')}: sort key ${text(row, 'sk')}`];
}

function isKind(prefix: string): (row: Item) => boolean {
  return (row) => text(row, 'pk').startsWith(prefix);
}

function text(row: Item, attribute: string): string {
  return String(row[attribute]);
}

function groupBy(rows: Item[], keyOf: (row: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
