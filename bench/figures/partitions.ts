import type { Figure } from './figure.ts';

/** What one partition takes in a second: AWS, "Designing partition keys", 1,000 write units. */
const UNITS_A_SECOND = 1000;
const SECONDS = 100;
const STEPS_A_SECOND = 1000;

/** What one move of a group writes, as the projector's figures show: a delete and a put, in a transaction, a side. */
const UNITS_OF_A_MOVE = { inbox: 4, index: 4 };
const UNITS_OF_A_MESSAGE = 1;

interface Load {
  messagesASecond: number;
  /** Over how many groups of one reader they are spread. */
  groups: number;
  /** For how long records wait for a batch; 0 where each is one of its own. */
  batchMs: number;
}

/** A bucket that a partition's capacity flows into, and writes are taken from; it saves up no more than a second. */
class Partition {
  private units = UNITS_A_SECOND;
  refused = 0;

  flow(): void {
    this.units = Math.min(this.units + UNITS_A_SECOND / STEPS_A_SECOND, UNITS_A_SECOND);
  }

  write(units: number): void {
    if (this.units < units) this.refused++;
    else this.units -= units;
  }
}

/** The name of the partition that refuses a write first under this load, or null where none does. */
function firstToRefuse({ messagesASecond, groups, batchMs }: Load): string | null {
  const conversations = Array.from({ length: groups }, () => new Partition());
  const index = Array.from({ length: groups }, () => new Partition());
  const inbox = new Partition();
  const waiting = new Set<number>();
  let due = 0;
  let sent = 0;
  const move = (group: number) => {
    inbox.write(UNITS_OF_A_MOVE.inbox);
    index[group]?.write(UNITS_OF_A_MOVE.index);
  };
  for (let ms = 0; ms < SECONDS * STEPS_A_SECOND; ms++) {
    for (const partition of [...conversations, ...index, inbox]) partition.flow();
    for (due += messagesASecond / STEPS_A_SECOND; due >= 1; due--) {
      const group = sent++ % groups;
      conversations[group]?.write(UNITS_OF_A_MESSAGE);
      if (batchMs === 0) move(group);
      else waiting.add(group);
    }
    if (batchMs > 0 && ms % batchMs === 0) {
      waiting.forEach(move);
      waiting.clear();
    }
    if (conversations.some(({ refused }) => refused > 0)) return 'the conversation';
    if (inbox.refused > 0) return 'the inbox';
    if (index.some(({ refused }) => refused > 0)) return 'the index';
  }
  return null;
}

/** The highest rate that no partition refuses, and which one does beyond it. */
function limitOf(load: Omit<Load, 'messagesASecond'>): { rate: number; first: string } {
  let [held, refused] = [0, 20_000];
  while (refused - held > 5) {
    const messagesASecond = (held + refused) / 2;
    if (firstToRefuse({ ...load, messagesASecond }) === null) held = messagesASecond;
    else refused = messagesASecond;
  }
  return { rate: held, first: firstToRefuse({ ...load, messagesASecond: refused }) ?? 'nothing' };
}

/** Up to what rate the partitions of the table keep up, by simulation: docs/scale.md says how it comes about. */
export function simulatePartitions(): Figure[] {
  const loads = [
    { name: 'one conversation, a batch for each message', groups: 1, batchMs: 0 },
    { name: 'one conversation, batches of 200 ms', groups: 1, batchMs: 200 },
    { name: 'one reader in 100 conversations, a batch for each message', groups: 100, batchMs: 0 },
    { name: 'one reader in 100 conversations, batches of 200 ms', groups: 100, batchMs: 200 },
    { name: 'one reader in 100 conversations, batches of 1 s', groups: 100, batchMs: 1000 },
  ];
  return loads.map(({ name, ...load }) => {
    const { rate, first } = limitOf(load);
    return { name: `${name}: ${first} refuses first, beyond`, value: rate, unit: 'messages a second' };
  });
}
