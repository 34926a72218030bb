import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Change, logChange, parseChange } from '../../src/messages/changes.ts';
import { findMessage } from '../../src/messages/findMessage.ts';
import { changesPk, ownerIdOfChangesPk } from '../../src/messages/keys.ts';
import { changedAt, type Item, type Message, parseMessage } from '../../src/messages/rows.ts';
import type { Table } from '../../src/messages/table.ts';
import { write } from '../../src/messages/transaction.ts';

/** A broken invariant of the logs of changes, and what mends it. */
export interface ChangeProblem {
  line: string;
  mend: () => Promise<unknown>;
}

/** What is wrong about an edited or deleted message: subscribers who were away need its entry in the log. */
export async function findMissingEntry(target: Table, item: Item): Promise<ChangeProblem | null> {
  if (item['edited_at'] === undefined && item['deleted_at'] === undefined) return null;
  const { id, groupId } = parseMessage(item);
  const message = await findMessage(target, groupId, id);
  const at = message && changedAt(message);
  if (!message || at === null || (await getItem(target, changesPk(groupId), at))) return null;
  // Entry and message change in one transaction: a newer version has its own entry.
  const again = await findMessage(target, groupId, id);
  if (!again || changedAt(again) !== at) return null;
  return {
    line: `MSG#${groupId} / ${message.sortKey}: changed at ${at}, and the log of changes has no entry`,
    mend: () => write(target.dynamo, logChange(target.table, groupId, entryOf(message), { at, instead: null })),
  };
}

/**
 * What is wrong about an entry of a log: it tells of a change that its message does not have. Entries about group rows
 * outlive a row that is repaired or merged away, and do no harm: they only say where to look.
 */
export async function findStrayEntry(target: Table, item: Item): Promise<ChangeProblem | null> {
  const [pk, sk] = [String(item['pk']), String(item['sk'])];
  const groupId = ownerIdOfChangesPk(pk);
  const change = parseChange(item);
  if (groupId === null || !('messageId' in change)) return null;
  const message = await findMessage(target, groupId, change.messageId);
  if (message && changedAt(message) === sk) return null;
  // It may have been replaced meanwhile, together with what it tells of.
  if (!(await getItem(target, pk, sk))) return null;
  const remove = { Delete: { TableName: target.table, Key: { pk, sk } } };
  return { line: `${pk} / ${sk}: tells of a change that nothing knows`, mend: () => write(target.dynamo, [remove]) };
}

function entryOf({ id, sortKey, deletedAt }: Message): Change {
  return { kind: deletedAt === null ? 'edited' : 'deleted', messageId: id, messageSortKey: sortKey };
}

async function getItem({ dynamo, table }: Table, pk: string, sk: string): Promise<Item | undefined> {
  const { Item: item } = await dynamo.send(new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }));
  return item;
}
