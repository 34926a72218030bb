import { randomUUID } from 'node:crypto';
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import type { Meter } from '../live/meter.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Spans } from '../telemetry/spans.ts';
import { cutName, newTrace, runTraced } from '../telemetry/trace.ts';

type Events = AsyncIterableIterator<ExecutionResult>;

interface Subscriber {
  /** The context of one event: names are those of now. */
  contextOf: () => Context;
  /** Stopped when the subscription ends. */
  meter: Meter;
  /** Called when it has ended, or could not start. */
  onEnd: () => void;
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
  { contextOf, meter, onEnd, userId, logger, metrics, spans }: Subscriber,
): Promise<ExecutionResult | Events> {
  const trace = newTrace(randomUUID());
  const startedAt = Date.now();
  const start = () => createSourceEventStream({ ...operation, contextValue: contextOf() });
  const source = await runTraced(trace, start).catch((error: unknown) => {
    onEnd();
    throw error;
  });
  if (!(Symbol.asyncIterator in source)) {
    onEnd();
    return source;
  }
  const sourceEvents = source[Symbol.asyncIterator]();
  const operationName = cutName(getOperationAST(operation.document, operation.operationName)?.name?.value);
  let events = 0;
  metrics?.subscriptions(1);

  let isOver = false;

  async function end(): Promise<void> {
    if (isOver) return;
    isOver = true;
    onEnd();
    meter.stop();
    metrics?.subscriptions(-1);
    const durationMs = Date.now() - startedAt;
    const pausedMs = meter.pausedMs();
    logger.info({ ...trace, operationName, userId, events, durationMs, pausedMs }, 'subscription ended');
    await sourceEvents.return?.();
  }

  async function next(): Promise<IteratorResult<ExecutionResult>> {
    const event = await sourceEvents.next();
    if (event.done === true) {
      await end();
      return { done: true, value: undefined };
    }
    events++;
    const run = async () => execute({ ...operation, rootValue: event.value, contextValue: contextOf() });
    return { done: false, value: await (spans ? spans.serve({}, 'subscription event', run) : run()) };
  }

  const iterator: Events = {
    next: () =>
      runTraced(trace, next).catch(async (error: unknown) => {
        // Whoever iterates does not end what has failed.
        await end();
        throw error;
      }),
    async return() {
      await end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
