import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './rows.ts';

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type Put = Required<Pick<Write, 'Put'>>;

/** A write whose condition did not hold: its place in the list and the item that stood in the way, if there is one. */
export interface Refusal {
  index: number;
  item: Item | null;
}

const ATTEMPTS = 12;
const LONGEST_PAUSE_MS = 400;
const WORTH_ANOTHER_TRY = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** A put that holds only while the condition does; where it does not, the item in the way is returned. */
export function putIf(table: string, item: Item, condition: string, values?: Item): Put {
  return {
    Put: {
      TableName: table,
      Item: item,
      ConditionExpression: condition,
      ...(values && { ExpressionAttributeValues: values }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/**
 * Writes all or nothing; one call: a put where there is one write, else a transaction. Conflicts with other
 * transactions are tried again after a pause. On return either all is written (an empty list) or nothing is, and
 * every write whose condition did not hold is named.
 *
 * A write whose answer got lost is sent again by the SDK. A transaction carries a token that makes that harmless; a
 * single put may then find its own item in the way, which the caller recognises by the item's id. If the refusal of a
 * `putIf` comes back without the item, as from older emulators, the item is read: one consistent GetItem for each.
 */
export async function write(dynamo: DynamoDBDocumentClient, writes: Write[]): Promise<Refusal[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      await send(dynamo, writes);
      return [];
    } catch (error) {
      const refusals = refusalsOf(error);
      if (refusals.length > 0) return await withItems(dynamo, writes, refusals);
      if (attempt === ATTEMPTS || !isWorthAnotherTry(error)) throw error;
      await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 5 * 2 ** attempt));
    }
  }
}

async function send(dynamo: DynamoDBDocumentClient, writes: Write[]): Promise<void> {
  const [first] = writes;
  if (writes.length === 1 && first?.Put) await dynamo.send(new PutCommand(first.Put));
  else await dynamo.send(new TransactWriteCommand({ TransactItems: writes }));
}

function refusalsOf(error: unknown): Refusal[] {
  if (error instanceof ConditionalCheckFailedException) return [{ index: 0, item: itemOf(error.Item) }];
  return cancellationsOf(error).flatMap((reason, index) =>
    reason.Code === 'ConditionalCheckFailed' ? [{ index, item: itemOf(reason.Item) }] : [],
  );
}

async function withItems(dynamo: DynamoDBDocumentClient, writes: Write[], refusals: Refusal[]): Promise<Refusal[]> {
  return Promise.all(
    refusals.map(async (refusal) => {
      const put = writes[refusal.index]?.Put;
      if (refusal.item || !put?.ReturnValuesOnConditionCheckFailure) return refusal;
      const { pk, sk }: Item = put.Item ?? {};
      const key = { TableName: put.TableName, Key: { pk, sk }, ConsistentRead: true };
      const { Item: item } = await dynamo.send(new GetCommand(key));
      return { ...refusal, item: item ?? null };
    }),
  );
}

function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true;
  return cancellationsOf(error).some((reason) => reason.Code !== undefined && WORTH_ANOTHER_TRY.has(reason.Code));
}

function cancellationsOf(error: unknown): CancellationReason[] {
  return error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
}

function itemOf(item: Record<string, AttributeValue> | undefined): Item | null {
  return item && Object.keys(item).length > 0 ? unmarshall(item) : null;
}
