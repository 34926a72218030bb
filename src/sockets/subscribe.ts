import { randomUUID } from 'node:crypto';
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Spans } from '../telemetry/spans.ts';
import { newTrace, runTraced } from '../telemetry/trace.ts';

type Events = AsyncIterableIterator<ExecutionResult>;

interface Subscriber {
  /** The context of one event: names are those of now. */
  contextOf: () => Context;
  userId: string | undefined;
  logger: Logger;
  metrics: Metrics | undefined;
  spans: Spans | undefined;
}

/**
 * Starts a subscription: its events, each executed for itself, or why it cannot start. Each step counts into one trace,
 * which is logged when it ends.
 */
export async function startSubscription(
  operation: ExecutionArgs,
  { contextOf, userId, logger, metrics, spans }: Subscriber,
): Promise<ExecutionResult | Events> {
  const trace = newTrace(randomUUID());
  const startedAt = Date.now();
  const source = await runTraced(trace, () => createSourceEventStream({ ...operation, contextValue: contextOf() }));
  if (!(Symbol.asyncIterator in source)) return source;
  const sourceEvents = source[Symbol.asyncIterator]();
  const operationName = getOperationAST(operation.document, operation.operationName)?.name?.value;
  let events = 0;
  metrics?.subscriptions(1);

  let isOver = false;

  function end(): void {
    if (isOver) return;
    isOver = true;
    metrics?.subscriptions(-1);
    const durationMs = Date.now() - startedAt;
    logger.info({ ...trace, operationName, userId, events, durationMs }, 'subscription ended');
  }

  async function next(): Promise<IteratorResult<ExecutionResult>> {
    const event = await sourceEvents.next();
    if (event.done === true) {
      end();
      return { done: true, value: undefined };
    }
    events++;
    const run = async () => execute({ ...operation, rootValue: event.value, contextValue: contextOf() });
    return { done: false, value: await (spans ? spans.serve({}, 'subscription event', run) : run()) };
  }

  const iterator: Events = {
    next: () => runTraced(trace, next),
    async return() {
      end();
      await sourceEvents.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
