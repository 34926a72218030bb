import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBClient, ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
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

const storage = new AsyncLocalStorage<Trace>();

/** Runs a request so that everything in it counts into its trace. */
export function runTraced<Result>(trace: Trace, run: () => Result): Result {
  return storage.run(trace, run);
}

/** The trace of the request that this code runs for, or undefined outside one. */
export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/** Counts every call of the client, the SDK's own retries aside, and the units that its answer says it consumed. */
export function countCalls(dynamo: DynamoDBClient): DynamoDBClient {
  dynamo.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        const trace = storage.getStore();
        if (!trace) return next(call);
        trace.dynamodbCalls++;
        const answer = await next({ ...call, input: { ...call.input, ReturnConsumedCapacity: 'TOTAL' } });
        trace[isWrite(commandName ?? '') ? 'writeUnits' : 'readUnits'] += unitsOf(answer.output);
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

/** The same SQL, with every statement counted. */
export function countStatements(sql: Sql): Sql {
  return {
    query(statement) {
      const trace = storage.getStore();
      if (trace) trace.sqlStatements++;
      return sql.query(statement);
    },
  };
}
