import { z } from 'zod';
import { dynamodbEndpoint } from '../support/environment.ts';
import { type DynamoDbCall, startDynamoDbProxy } from '../support/proxy.ts';
import type { Statement } from './policies.ts';

/** What IAM is asked for a call: an action, on what, and in which partition. */
export interface TableCall {
  action: string;
  on: 'table' | 'index';
  /** The values of the partition key that the call names. */
  leadingKeys: string[];
}

const RESOURCES = { table: 'Messages.Arn', index: 'Messages.Arn/index/message-group-sk-index' };

const keyed = z.object({ pk: z.object({ S: z.string() }) });
const query = z.object({
  IndexName: z.string().optional(),
  KeyConditionExpression: z.string(),
  ExpressionAttributeValues: z.record(z.string(), z.object({ S: z.string().optional() })),
});
const keyOrItem = z.union([z.object({ Key: keyed }), z.object({ Item: keyed })]);
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), z.unknown())) });

/** Writes down every call that reaches the emulator through it. */
export async function startRecorder() {
  const proxy = await startDynamoDbProxy(dynamodbEndpoint());
  const calls: TableCall[] = [];
  proxy.onCall((call) => {
    calls.push(...askedOf(call));
    return 'pass';
  });
  return { url: proxy.url, calls, stop: () => proxy.stop() };
}

/** A transaction is asked for as its parts; a call that this does not know names no partition, which none may. */
function askedOf({ operation, body }: DynamoDbCall): TableCall[] {
  switch (operation) {
    case 'Query': {
      const { IndexName, KeyConditionExpression: condition, ExpressionAttributeValues: values } = query.parse(body);
      const [, placeholder = ''] = /^#?\w+ = (:\w+)/.exec(condition) ?? [];
      return [
        {
          action: 'dynamodb:Query',
          on: IndexName === undefined ? 'table' : 'index',
          leadingKeys: [String(values[placeholder]?.S)],
        },
      ];
    }
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [onItem(operation, body)];
    case 'TransactWriteItems':
      return transaction
        .parse(body)
        .TransactItems.flatMap((part) => Object.entries(part))
        .map(([kind, part]) => onItem(`${kind}Item`, part));
    default:
      return [{ action: `dynamodb:${operation}`, on: 'table', leadingKeys: [] }];
  }
}

function onItem(operation: string, part: unknown): TableCall {
  const named = keyOrItem.parse(part);
  const { pk } = 'Key' in named ? named.Key : named.Item;
  return { action: `dynamodb:${operation}`, on: 'table', leadingKeys: [pk.S] };
}

/** Whether a policy allows a call, as IAM decides it of the conditions that stand in these policies. */
export function isAllowed(statements: Statement[], call: TableCall): boolean {
  return statements.some((statement) => statement.effect === 'Allow' && allows(statement, call));
}

function allows({ actions, resources, conditions }: Statement, { action, on, leadingKeys }: TableCall): boolean {
  return (
    actions.includes(action) &&
    resources.includes(RESOURCES[on]) &&
    Object.entries(conditions).every(([operator, keys]) =>
      Object.entries(keys).every(([key, value]) => {
        if (key !== 'dynamodb:LeadingKeys') throw new Error(`A condition on ${key} is not known here`);
        return holds(operator, [value].flat(), leadingKeys);
      }),
    )
  );
}

function holds(operator: string, wanted: string[], leadingKeys: string[]): boolean {
  switch (operator) {
    case 'ForAllValues:StringLike':
      return leadingKeys.every((key) => wanted.some((pattern) => isLike(key, pattern)));
    case 'Null':
      return wanted.includes(String(leadingKeys.length === 0));
    default:
      throw new Error(`The operator ${operator} is not known here`);
  }
}

function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

/** What of a policy no call needed: each action with each kind of partition, and on the index. */
export function unusedRights(statements: Statement[], calls: TableCall[]): string[] {
  return statements
    .filter(({ resources }) => resources.some((resource) => Object.values(RESOURCES).includes(resource)))
    .flatMap((statement) => {
      const { 'ForAllValues:StringLike': partitions } = statement.conditions;
      const patterns = partitions ? [partitions['dynamodb:LeadingKeys'] ?? []].flat() : [null];
      return statement.actions.flatMap((action) =>
        patterns
          .filter((pattern) => !calls.some((call) => call.action === action && isFor(call, statement, pattern)))
          .map((pattern) => `${action} ${pattern ?? 'on the index'}`),
      );
    });
}

function isFor({ on, leadingKeys }: TableCall, { resources }: Statement, pattern: string | null): boolean {
  return resources.includes(RESOURCES[on]) && (pattern === null || leadingKeys.some((key) => isLike(key, pattern)));
}
