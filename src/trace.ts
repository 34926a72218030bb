import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Sql } from './users/users.ts';

/** What is known of a request while it runs, for its log line and for the errors in it. */
export interface Trace {
  requestId: string;
  operationName?: string | undefined;
  userId?: string | undefined;
  dynamodbCalls: number;
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

/** Counts every call of the client, the SDK's own retries aside. */
export function countCalls(dynamo: DynamoDBClient): DynamoDBClient {
  dynamo.middlewareStack.add(
    (next) => (input) => {
      const trace = storage.getStore();
      if (trace) trace.dynamodbCalls++;
      return next(input);
    },
    { step: 'initialize', name: 'countCalls' },
  );
  return dynamo;
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
