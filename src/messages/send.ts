import { createHash, randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock } from './clock.ts';
import { findRowSharedWith } from './groupRows.ts';
import { idempotencyRowKey, messageIdAt, messagesPk, pairKey, timestampOf } from './keys.ts';
import { groupAfter, newGroupRows, newMessage } from './newRows.ts';
import {
  groupItem,
  type IdempotencyRow,
  idempotencyItem,
  type Item,
  type Message,
  type MessageGroup,
  messageItem,
  pairItem,
  parseIdempotency,
  parseMessage,
  parsePair,
  type Participant,
} from './rows.ts';
import type { Table } from './table.ts';
import { type Put, putIf, type Refusal, write } from './transaction.ts';

/** How long an idempotency key is remembered: 24 hours. */
export const IDEMPOTENCY_SECONDS = 24 * 60 * 60;

/** A key that the sender chose for one message, and the input that it stands for, in a form that can be compared. */
export interface Idempotency {
  key: string;
  input: string;
}

export interface Sent {
  outcome: 'sent';
  message: Message;
  /** As it stands after this message, as the sender sees it. */
  group: MessageGroup;
  isNewGroup: boolean;
  /** True where the idempotency key had been used: the message is the one that it made then. */
  replayed: boolean;
}

export type SendResult = Sent | { outcome: 'group-not-found' } | { outcome: 'idempotency-key-reused' };

export interface Send {
  /**
   * Pattern C: sends a message into a group. One write; before it one read, the first time that the sender's part in
   * the group is looked up here. `group-not-found` where the sender does not take part in it.
   */
  sendToGroup(sender: Participant, groupId: string, body: string, idempotency?: Idempotency): Promise<SendResult>;
  /**
   * Pattern D: sends a message to a user. One read of the sender's own list, then one write into the group that the
   * two share, or one transaction that makes their group: pair, both group rows, message. Whoever comes second in a
   * race writes into the group of the first.
   */
  sendToUser(sender: Participant, recipient: Participant, body: string, idempotency?: Idempotency): Promise<SendResult>;
  /** What the key made before, where it was used with this input; null where it was not used. One or two reads. */
  findSent(sender: Participant, idempotency: Idempotency): Promise<SendResult | null>;
}

interface SendOptions extends Table {
  clock: Clock;
  findOtherParticipant: (viewerId: string, groupId: string) => Promise<Participant | null>;
}

/** One message on its way: its id stays the same however often it is tried. */
interface Draft {
  id: string;
  /** When its id was made, and its row is tried first; in microseconds since 1970. */
  madeAt: number;
  sender: Participant;
  body: string;
  idempotency: Idempotency | undefined;
}

/** The group that a message goes into. */
interface Target {
  id: string;
  other: Participant;
  isNew: boolean;
}

const ATTEMPTS = 5000;
const FREE = 'attribute_not_exists(pk)';

export function createSend({ clock, findOtherParticipant, ...target }: SendOptions): Send {
  const { dynamo, table } = target;

  async function sendToGroup(
    sender: Participant,
    groupId: string,
    body: string,
    idempotency?: Idempotency,
  ): Promise<SendResult> {
    const other = await findOtherParticipant(sender.id, groupId);
    if (!other) return { outcome: 'group-not-found' };
    return deliver(draftOf(sender, body, idempotency), { id: groupId, other, isNew: false }, () => []);
  }

  async function sendToUser(
    sender: Participant,
    recipient: Participant,
    body: string,
    idempotency?: Idempotency,
  ): Promise<SendResult> {
    const shared = await findRowSharedWith(target, sender.id, recipient.id);
    const draft = draftOf(sender, body, idempotency);
    const group = { id: shared?.id ?? randomUUID(), other: recipient, isNew: !shared };
    const pair = pairItem(sender.id, recipient.id, group.id);
    if (!shared) {
      return deliver(draft, group, (message) => [
        putIf(table, pair, FREE),
        ...newGroupRows(message, recipient).map((row) => putIf(table, groupItem(row), FREE)),
      ]);
    }
    // The earlier backend wrote no pair rows: a group of its own gets one with the first message sent by handle.
    const missing = shared.paired ? [] : [putIf(table, pair, `${FREE} OR group_uuid = :group`, { ':group': group.id })];
    return deliver(draft, group, () => missing);
  }

  function draftOf(sender: Participant, body: string, idempotency: Idempotency | undefined): Draft {
    const madeAt = clock();
    return { id: messageIdAt(madeAt), madeAt, sender, body, idempotency };
  }

  /** Writes the message and what goes with it, and tries until every row has a microsecond of its own. */
  async function deliver(draft: Draft, group: Target, withMessage: (message: Message) => Put[]): Promise<SendResult> {
    const pair = pairKey(draft.sender.id, group.other.id);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const message = messageAt(attempt === 1 ? draft.madeAt : clock(), draft, group.id);
      const refusals = await write(dynamo, [...messagePuts(message, draft, group.isNew), ...withMessage(message)]);
      if (refusals.length === 0 || isOwn(refusals, draft)) return sent(message, group);
      const replay = await replayOf(refusals, draft);
      if (replay) return replay;
      const pairInTheWay = refusals.find(({ item }) => item?.['pk'] === pair.pk)?.item;
      if (pairInTheWay) {
        return deliver(draft, { id: parsePair(pairInTheWay), other: group.other, isNew: false }, () => []);
      }
    }
    throw new Error(`Message group ${group.id} had no free microsecond in ${ATTEMPTS} tries`);
  }

  function messagePuts(message: Message, { sender, idempotency }: Draft, isNewGroup: boolean): Put[] {
    const put = putIf(table, messageItem(message), FREE);
    if (!idempotency) return [put];
    const seconds = Math.floor(Date.now() / 1000);
    const row: IdempotencyRow = {
      digest: digestOf(idempotency),
      groupId: message.groupId,
      messageId: message.id,
      messageSortKey: message.sortKey,
      isNewGroup,
    };
    const item = idempotencyItem(sender.id, idempotency.key, row, seconds + IDEMPOTENCY_SECONDS);
    return [put, putIf(table, item, `${FREE} OR expires_at < :now`, { ':now': seconds })];
  }

  async function replayOf(refusals: Refusal[], { sender, idempotency }: Draft): Promise<SendResult | null> {
    if (!idempotency) return null;
    const { pk } = idempotencyRowKey(sender.id, idempotency.key);
    const used = refusals.find(({ item }) => item?.['pk'] === pk)?.item;
    return used ? replay(used, sender, idempotency) : null;
  }

  async function replay(used: Item, sender: Participant, idempotency: Idempotency): Promise<SendResult> {
    const row = parseIdempotency(used);
    if (row.digest !== digestOf(idempotency)) return { outcome: 'idempotency-key-reused' };
    const [stored, other] = await Promise.all([
      getItem({ pk: messagesPk(row.groupId), sk: row.messageSortKey }),
      findOtherParticipant(sender.id, row.groupId),
    ]);
    if (!stored || !other) throw new Error(`Message ${row.messageId} of an idempotency row is gone`);
    const group = { id: row.groupId, other, isNew: row.isNewGroup };
    return { ...sent(parseMessage(stored), group), replayed: true };
  }

  async function getItem(key: { pk: string; sk: string }): Promise<Item | undefined> {
    const { Item: item } = await dynamo.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return item;
  }

  return {
    sendToGroup,
    sendToUser,
    async findSent(sender, idempotency) {
      const used = await getItem(idempotencyRowKey(sender.id, idempotency.key));
      const expired = Number(used?.['expires_at']) < Date.now() / 1000;
      return used && !expired ? replay(used, sender, idempotency) : null;
    },
  };
}

function messageAt(moment: number, { id, sender, body }: Draft, groupId: string): Message {
  return newMessage({ id, groupId, sender, body, sortKey: timestampOf(moment) });
}

function sent(message: Message, { other, isNew }: Target): Sent {
  const group = isNew ? newGroupRows(message, other)[0] : groupAfter(message, other);
  return { outcome: 'sent', message, group, isNewGroup: isNew, replayed: false };
}

/** An item in the way that carries this very message: an earlier try was stored, and its answer got lost. */
function isOwn(refusals: Refusal[], draft: Draft): boolean {
  return refusals.some(({ item }) => item?.['message_uuid'] === draft.id);
}

function digestOf({ input }: Idempotency): string {
  return createHash('sha256').update(input).digest('base64url');
}
