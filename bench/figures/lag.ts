import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { microsecondsOf } from '../../src/messages/keys.ts';
import { createMessages, type Messages } from '../../src/messages/messages.ts';
import type { Message, Participant } from '../../src/messages/rows.ts';
import { startWorker } from '../../src/stream/service.ts';
import type { Figure } from './figure.ts';
import { openTable } from './table.ts';
import { percentile } from './timing.ts';

const SENDERS = 50;
const MESSAGES_A_SECOND = 200;
const SECONDS = 10;
const LOOK_EVERY_MS = 10;
const LONGEST_WAIT_MS = 30_000;

const READER: Participant = { id: 'reader', handle: 'reader', displayName: 'Reader' };

/** From the send to the other side's group row, with the worker of this project between the two. */
export async function measureLag(): Promise<Figure[]> {
  const table = await openTable();
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-worker-'));
  const worker = startWorker({ ...table.config, dataDir, logLevel: 'error' });
  try {
    const messages = createMessages(table);
    const groups = await Promise.all(Array.from({ length: SENDERS }, () => startGroup(messages)));
    const waiting = new Map<string, Message[]>();
    const sending = sendAll(messages, groups, waiting);
    const lags = await watch(messages, waiting, MESSAGES_A_SECOND * SECONDS);
    await sending;
    return [0.5, 0.99].map((share) => ({
      name: `from sending to the other side's group row, ${MESSAGES_A_SECOND} messages a second, p${share * 100}`,
      value: percentile(lags, share),
      unit: 'ms',
    }));
  } finally {
    await worker.stop();
    rmSync(dataDir, { recursive: true });
    await table.stop();
  }
}

interface Group {
  id: string;
  sender: Participant;
}

async function startGroup(messages: Messages): Promise<Group> {
  const sender = { id: randomUUID(), handle: 'sender', displayName: 'Sender' };
  const sent = await messages.sendToUser(sender, READER, 'Hello');
  if (sent.outcome !== 'sent') throw new Error(sent.outcome);
  return { id: sent.message.groupId, sender };
}

async function sendAll(messages: Messages, groups: Group[], waiting: Map<string, Message[]>): Promise<void> {
  const start = performance.now();
  const sends: Promise<void>[] = [];
  for (let n = 0; n < MESSAGES_A_SECOND * SECONDS; n++) {
    await sleep(Math.max(start + (n * 1000) / MESSAGES_A_SECOND - performance.now(), 0));
    const group = groups[n % groups.length];
    if (!group) throw new Error('There are no groups');
    sends.push(
      messages.sendToGroup(group.sender, group.id, `Message ${n}`).then((sent) => {
        if (sent.outcome === 'sent') waiting.set(group.id, [...(waiting.get(group.id) ?? []), sent.message]);
      }),
    );
  }
  await Promise.all(sends);
}

/** Looks at the reader's list until it shows every message, or a newer one in its place; the lags in milliseconds. */
async function watch(messages: Messages, waiting: Map<string, Message[]>, count: number): Promise<number[]> {
  const lags: number[] = [];
  const giveUp = performance.now() + SECONDS * 1000 + LONGEST_WAIT_MS;
  while (lags.length < count) {
    if (performance.now() > giveUp) throw new Error(`${count - lags.length} messages did not arrive`);
    const { rows } = await messages.listMessageGroups(READER.id, { limit: SENDERS, from: 'newest' });
    const now = Date.now();
    for (const row of rows) {
      const left = waiting.get(row.id) ?? [];
      const shown = left.filter(({ createdAt }) => createdAt <= row.lastMessageAt);
      lags.push(...shown.map(({ createdAt }) => now - (microsecondsOf(createdAt) ?? NaN) / 1000));
      waiting.set(
        row.id,
        left.filter((message) => !shown.includes(message)),
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
  return lags;
}
