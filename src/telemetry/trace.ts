import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type ServiceOutputTypes,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type { Sql } from '../users/users.ts';
import type { Metrics } from './metrics.ts';
import type { Spans } from './spans.ts';

/** What is known of a request while it runs, for its log line and for the errors in it. */
export interface Trace {
  requestId: string;
  operationName?: string | undefined;
  /** Whether an operation was run for a viewer: one that was admitted, valid and paid for. */
  ran: boolean;
  userId?: string | undefined;
  /** What the viewer paid. */
  points: number;
  dynamodbCalls: number;
  /** What DynamoDB says that it consumed; it does not say so of a write whose condition failed. */
  readUnits: number;
  writeUnits: number;
  sqlStatements: number;
  /** Of OpenTelemetry, where it is on. */
  trace_id?: string;
  span_id?: string;
}

export function newTrace(requestId: string): Trace {
  return { requestId, ran: false, points: 0, dynamodbCalls: 0, readUnits: 0, writeUnits: 0, sqlStatements: 0 };
}

const MAX_NAME_LENGTH = 100;
const THROTTLES = /Throttl|ThroughputExceeded|RequestLimitExceeded/;

const storage = new AsyncLocalStorage<Trace>();

/** Where calls and statements are told of, besides in the trace of the request that they are for. */
export interface Observers {
  metrics?: Metrics | undefined;
  spans?: Spans | undefined;
}

/** Runs a request so that everything in it counts into its trace. */
export function runTraced<Result>(trace: Trace, run: () => Result): Result {
  return storage.run(trace, run);
}

/** The same, in a span where there are spans; `headers` may say which trace of OpenTelemetry it belongs to. */
export function runInSpan<Result>(
  trace: Trace,
  run: () => Promise<Result>,
  { spans, headers = {} }: { spans: Spans | undefined; headers?: object },
): Promise<Result> {
  if (!spans) return runTraced(trace, run);
  return spans.serve(headers, 'graphql', () => {
    Object.assign(trace, spans.ids());
    return runTraced(trace, run);
  });
}

/** The trace of the request that this code runs for, or undefined outside one. */
export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/** The name of an operation as logs and traces show it: callers may choose names of any length. */
export function cutName(name: string): string;
export function cutName(name: string | undefined): string | undefined;
export function cutName(name: string | undefined): string | undefined {
  return name?.slice(0, MAX_NAME_LENGTH);
}

/** Names the operation that the current request is about, if there is one. */
export function nameOperation(name: string | undefined): void {
  const trace = storage.getStore();
  if (trace) trace.operationName = cutName(name);
}

/** The operation of the current request is about to run for a viewer. */
export function markRun(): void {
  const trace = storage.getStore();
  if (trace) trace.ran = true;
}

/**
 * Counts every call of the client, the SDK's own retries aside, and the units that its answer says it consumed: into the
 * trace of the request that it is for, and for the observers of the process where there are any.
 */
export function countCalls(dynamo: DynamoDBClient, { metrics, spans }: Observers = {}): DynamoDBClient {
  if (metrics) countThrottles(dynamo, metrics);
  dynamo.middlewareStack.add(
    (next, { commandName: className = '' }) => {
      const commandName = operationOf(className);
      return async (call) => {
        const trace = storage.getStore();
        if (!trace && !metrics && !spans) return next(call);
        if (trace) trace.dynamodbCalls++;
        const counted = { ...call, input: { ...call.input, ReturnConsumedCapacity: 'TOTAL' } };
        const send = () => next(counted);
        const sent = spans ? spans.call(`DynamoDB.${commandName}`, spanOf(commandName, call.input), send) : send();
        const answer = await sent.catch((error: unknown) => {
          metrics?.dynamodbCall(commandName, isRefusal(error) ? 'refused' : 'failed', attemptsOf(error), 0);
          throw error;
        });
        const units = unitsOf(answer.output);
        if (trace) trace[isWrite(commandName) ? 'writeUnits' : 'readUnits'] += units;
        metrics?.dynamodbCall(commandName, 'ok', attemptsOf(answer.output), units);
        return answer;
      };
    },
    { step: 'initialize', name: 'countCalls' },
  );
  return dynamo;
}

/** Counts every try that was throttled: most of them succeed in the end, by the SDK's retries. */
function countThrottles(dynamo: DynamoDBClient, metrics: Metrics): void {
  dynamo.middlewareStack.add(
    (next, { commandName = '' }) =>
      (call) =>
        next(call).catch((error: unknown) => {
          if (error instanceof Error && THROTTLES.test(error.name)) metrics.dynamodbThrottle(operationOf(commandName));
          throw error;
        }),
    { step: 'deserialize', name: 'countThrottles', priority: 'high' },
  );
}

/** `Query` of `QueryCommand`. */
function operationOf(commandName: string): string {
  return commandName.replace(/Command$/, '');
}

/** As OpenTelemetry's conventions for databases name it. */
function spanOf(commandName: string, input: object): Record<string, string> {
  return {
    'db.system.name': 'aws.dynamodb',
    'db.operation.name': commandName,
    ...('TableName' in input && { 'db.collection.name': String(input.TableName) }),
  };
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

/** The same SQL, with every statement counted, and told of without its values. */
export function countStatements(sql: Sql, { metrics, spans }: Observers = {}): Sql {
  const send: Sql['query'] = (statement) => {
    if (!spans) return sql.query(statement);
    const { name = 'statement', text } = statement;
    const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
    return spans.call(name, attributes, () => sql.query(statement));
  };

  return {
    async query(statement) {
      const trace = storage.getStore();
      if (trace) trace.sqlStatements++;
      if (!metrics) return send(statement);
      const startedAt = performance.now();
      const count = (outcome: 'ok' | 'failed') => {
        metrics.sqlStatement(statement.name ?? 'unnamed', outcome, (performance.now() - startedAt) / 1000);
      };
      try {
        const answer = await send(statement);
        count('ok');
        return answer;
      } catch (error) {
        count('failed');
        throw error;
      }
    },
  };
}
