import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type ServiceOutputTypes,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type { Metrics } from './metrics.ts';
import type { Sql } from './users/users.ts';

/** What is known of a request while it runs, for its log line and for the errors in it. */
export interface Trace {
  requestId: string;
  operationName?: string | undefined;
  userId?: string | undefined;
  dynamodbCalls: number;
  /** What DynamoDB says that it consumed; it does not say so of a write whose condition failed. */
  readUnits: number;
  writeUnits: number;
  sqlStatements: number;
}

export function newTrace(requestId: string): Trace {
  return { requestId, dynamodbCalls: 0, readUnits: 0, writeUnits: 0, sqlStatements: 0 };
}

const storage = new AsyncLocalStorage<Trace>();

/** Runs a request so that everything in it counts into its trace. */
export function runTraced<Result>(trace: Trace, run: () => Result): Result {
  return storage.run(trace, run);
}

/** The trace of the request that this code runs for, or undefined outside one. */
export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/**
 * Counts every call of the client, the SDK's own retries aside, and the units that its answer says it consumed: into the
 * trace of the request that it is for, and into the metrics of the process where there are any.
 */
export function countCalls(dynamo: DynamoDBClient, metrics?: Pick<Metrics, 'dynamodbCall'>): DynamoDBClient {
  dynamo.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (call) => {
        const trace = storage.getStore();
        if (!trace && !metrics) return next(call);
        if (trace) trace.dynamodbCalls++;
        const counted = { ...call, input: { ...call.input, ReturnConsumedCapacity: 'TOTAL' } };
        const answer = await next(counted).catch((error: unknown) => {
          metrics?.dynamodbCall(commandName, isRefusal(error) ? 'refused' : 'failed', attemptsOf(error), 0);
          throw error;
        });
        const units = unitsOf(answer.output);
        if (trace) trace[isWrite(commandName) ? 'writeUnits' : 'readUnits'] += units;
        metrics?.dynamodbCall(commandName, 'ok', attemptsOf(answer.output), units);
        return answer;
      },
    { step: 'initialize', name: 'countCalls' },
  );
  return dynamo;
}

function isWrite(commandName: string): boolean {
  return /Put|Write|Update|Delete/.test(commandName);
}

function unitsOf(output: ServiceOutputTypes): number {
  const consumed = 'ConsumedCapacity' in output ? output.ConsumedCapacity : undefined;
  const answers = consumed === undefined ? [] : [consumed].flat();
  return answers.reduce((sum, units) => sum + ('CapacityUnits' in units ? (units.CapacityUnits ?? 0) : 0), 0);
}

/** Whether a condition did not hold, which is an answer; anything else is a failure. */
function isRefusal(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException;
}

/** How often the SDK tried; what it says of itself hangs on answers and on errors. */
function attemptsOf(answer: unknown): number {
  const { $metadata: metadata } = answer as { $metadata?: { attempts?: number } };
  return metadata?.attempts ?? 1;
}

/** The same SQL, with every statement counted. */
export function countStatements(sql: Sql, metrics?: Pick<Metrics, 'sqlStatement'>): Sql {
  return {
    async query(statement) {
      const trace = storage.getStore();
      if (trace) trace.sqlStatements++;
      if (!metrics) return sql.query(statement);
      const startedAt = performance.now();
      const count = (outcome: 'ok' | 'failed') => {
        metrics.sqlStatement(statement.name ?? 'unnamed', outcome, (performance.now() - startedAt) / 1000);
      };
      try {
        const answer = await sql.query(statement);
        count('ok');
        return answer;
      } catch (error) {
        count('failed');
        throw error;
      }
    },
  };
}
