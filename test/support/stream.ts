import { createProjector, type Project, type StreamRecord } from '../../src/messages/projector.ts';
import type { Item } from '../../src/messages/rows.ts';
import type { TestTable } from './table.ts';

let lastSequenceNumber = 0;

/** A record as the stream's door hands it to the projector: stored now, after all others that were made here. */
export function newRecord(newImage: Item | null, eventName = 'INSERT'): StreamRecord {
  return { eventName, newImage, sequenceNumber: String(++lastSequenceNumber), storedAt: Date.now() };
}

/** The records that the stream holds of a table's messages: one INSERT each, oldest first. */
export async function messageRecords(table: TestTable): Promise<StreamRecord[]> {
  const rows = await table.rows('MSG#');
  return rows.sort(bySortKey).map((newImage) => newRecord(newImage));
}

/** Projects all messages of a table, as the drained stream would have done. */
export async function drainStream(table: TestTable, project: Project = createProjector(table)): Promise<void> {
  const { failedFrom, errors } = await project(await messageRecords(table));
  if (failedFrom !== null) throw new AggregateError(errors, 'The projector failed');
}

function bySortKey(one: Item, other: Item): number {
  return String(one['sk']) < String(other['sk']) ? -1 : 1;
}
