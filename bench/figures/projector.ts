import { randomUUID } from 'node:crypto';
import { timestampOf } from '../../src/messages/keys.ts';
import { createMessages } from '../../src/messages/messages.ts';
import { newMessage } from '../../src/messages/newRows.ts';
import { createProjector, type StreamRecord } from '../../src/messages/projector.ts';
import { messageItem, type Participant } from '../../src/messages/rows.ts';
import { newTrace, runTraced } from '../../src/telemetry/trace.ts';
import type { Figure } from './figure.ts';
import { openTable } from './table.ts';

const BATCHES = [1, 10, 100, 1000];
const RECORDS = 2000;
const GROUPS = 200;
const BATCH = 100;

const ANN: Participant = { id: 'ann', handle: 'ann', displayName: 'Ann' };

/** What the projector writes for batches of one group, and how many records of many groups it takes in a second. */
export async function measureProjector(): Promise<Figure[]> {
  const table = await openTable();
  try {
    const messages = createMessages(table);
    const project = createProjector(table);

    async function startGroup(): Promise<string> {
      const other = { id: randomUUID(), handle: 'ben', displayName: 'Ben' };
      const sent = await messages.sendToUser(ANN, other, 'Hello');
      if (sent.outcome !== 'sent') throw new Error(sent.outcome);
      return sent.message.groupId;
    }

    async function unitsOf(records: StreamRecord[]): Promise<number> {
      const trace = newTrace('bench');
      const { errors } = await runTraced(trace, () => project(records));
      if (errors.length > 0) throw new AggregateError(errors);
      return trace.writeUnits;
    }

    const units: number[] = [];
    for (const size of BATCHES) {
      const group = await startGroup();
      units.push(await unitsOf(recordsOf(size, () => group)));
    }
    const groups = await Promise.all(Array.from({ length: GROUPS }, startGroup));
    const records = recordsOf(RECORDS, (n) => groups[n % GROUPS] ?? '');
    const start = performance.now();
    for (let n = 0; n < RECORDS; n += BATCH) await unitsOf(records.slice(n, n + BATCH));
    const seconds = (performance.now() - start) / 1000;

    return [
      ...BATCHES.map((size, n) => ({
        name: `projector, write units for ${size} messages of one group in a batch`,
        value: units[n] ?? NaN,
        unit: 'units',
      })),
      {
        name: 'projector, writes for 1,000 messages of a group / for 1',
        value: (units.at(-1) ?? NaN) / (units[0] ?? NaN),
        unit: 'times',
        atMost: 1,
      },
      {
        name: `projector, ${BATCH} records of ${BATCH} groups a batch`,
        value: RECORDS / seconds,
        unit: 'records a second',
      },
    ];
  } finally {
    await table.stop();
  }
}

/** Newer with every record, and newer than what is there. */
function recordsOf(count: number, groupOf: (n: number) => string): StreamRecord[] {
  const now = Date.now() * 1000 + 60_000_000;
  return Array.from({ length: count }, (_, n) => {
    const time = timestampOf(now + n);
    const groupId = groupOf(n);
    const message = newMessage({ id: randomUUID(), groupId, body: `Message ${n}`, sender: ANN, sortKey: time });
    return { eventName: 'INSERT', newImage: messageItem(message), sequenceNumber: String(n), storedAt: now / 1000 };
  });
}
