import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
} from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { type Context, contextFor, type ContextOptions } from '../context.ts';
import { createFormatError } from '../errors.ts';
import { checkCost, createCostOf } from '../graphql/cost.ts';
import { createMeter } from '../live/meter.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Spans } from '../telemetry/spans.ts';
import { newTrace, runInSpan } from '../telemetry/trace.ts';
import type { ConnectOptions, Parameters, Socket, SocketExtra } from './connect.ts';
import { createReadDocument, type DocumentOptions, errorWithCode, type ReadDocument, withCode } from './documents.ts';
import { createOpenOperations, type OpenOptions, type Place } from './open.ts';
import { startSubscription } from './subscribe.ts';

export interface OperationsOptions extends ContextOptions, ConnectOptions, DocumentOptions, OpenOptions {
  /** Runs queries and mutations, as it does over HTTP. */
  apollo: ApolloServer<Context>;
  /** Counts subscriptions; nobody does where there are none. */
  metrics?: Metrics | undefined;
  spans?: Spans | undefined;
}

/** An operation that may run, with its text and the socket that it came in over. */
interface Operation extends ExecutionArgs {
  socket: Socket;
  text: string;
  place: Place;
  pointsPerEvent: number;
}

type Hooks = ServerOptions<Parameters, SocketExtra>;

export interface Operations extends Required<
  Pick<Hooks, 'onSubscribe' | 'execute' | 'subscribe' | 'onNext' | 'onError'>
> {
  /** True while a query or mutation of the socket runs. */
  isBusy: (client: WebSocket) => boolean;
}

/** What a subscription holds in memory as long as it is open: some 600 bytes for a token. */
const MAX_SUBSCRIPTION_TOKENS = 300;
const MAX_SUBSCRIPTION_CHARACTERS = 20_000;

/** How `graphql-ws` runs what comes in over a socket: with the rules, limits and errors of HTTP. */
export function createOperations(options: OperationsOptions): Operations {
  const { schema, apollo, logger } = options;
  const format = createFormatError(logger);
  const costOf = createCostOf(schema);
  const readDocument = createReadDocument(options);
  const open = createOpenOperations(options);
  const running = new WeakMap<WebSocket, number>();

  async function prepare(socket: Socket, payload: SubscribePayload, place: Place): Promise<Operation | GraphQLError[]> {
    const read = readDocument(payload);
    if (Array.isArray(read)) return read;
    const { operationName, variables } = payload;
    const cost = costOf({ document: read.document, operationName, variables: variables ?? undefined });
    if (cost) checkCost(cost);
    const { viewer } = socket.extra;
    if (cost && viewer && isSubscription(read.document, operationName)) {
      await options.rateLimit?.takeOfUser(viewer.id, cost.points);
      const refused = checkSize(read, payload) ?? place.countSubscription(viewer.id);
      if (refused) return [refused];
    }
    const operation = {
      ...read,
      schema,
      variableValues: variables,
      socket,
      place,
      pointsPerEvent: cost?.pointsPerEvent ?? 1,
    };
    return { ...operation, ...(operationName != null && { operationName }) };
  }

  /** What `prepare` returns, or throws. What may run is counted until it ends. */
  async function begin(socket: Socket, id: string, payload: SubscribePayload): Promise<Operation | GraphQLError[]> {
    const place = open.enter(socket.extra.socket, id);
    if (place instanceof GraphQLError) return [place];
    const begun = await prepare(socket, payload, place).catch((error: unknown) => [
      error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error }),
    ]);
    if (Array.isArray(begun)) place.leave();
    return begun;
  }

  function contextOf({ extra }: Socket): Context {
    return contextFor(extra.viewer ?? errorWithCode('UNAUTHENTICATED', 'The socket has no viewer'), options);
  }

  async function executeOnce({
    socket,
    place,
    text,
    variableValues,
    operationName,
  }: Operation): Promise<ExecutionResult> {
    const client = socket.extra.socket;
    const trace = newTrace(randomUUID());
    const startedAt = Date.now();
    running.set(client, (running.get(client) ?? 0) + 1);
    try {
      const request = {
        query: text,
        ...(variableValues && { variables: variableValues }),
        ...(operationName != null && { operationName }),
      };
      const run = () => apollo.executeOperation(request, { contextValue: contextOf(socket) });
      const { body } = await runInSpan(trace, run, { spans: options.spans });
      if (body.kind !== 'single') throw new Error('An answer in parts was not asked for');
      return body.singleResult as ExecutionResult;
    } finally {
      running.set(client, (running.get(client) ?? 1) - 1);
      place.leave();
      logger.info({ ...trace, durationMs: Date.now() - startedAt }, 'operation over a socket');
    }
  }

  async function subscribe(operation: Operation) {
    const { socket, place, pointsPerEvent } = operation;
    const { rateLimit } = options;
    const userId = socket.extra.viewer?.id ?? '';
    const charge = rateLimit && ((points: number) => rateLimit.chargeEvent(userId, points));
    const meter = createMeter({ charge, pointsPerEvent });
    return startSubscription(operation, {
      contextOf: () => ({ ...contextOf(socket), meter }),
      meter,
      onEnd: place.leave,
      userId,
      logger,
      metrics: options.metrics,
      spans: options.spans,
    });
  }

  function formatErrors(errors: readonly unknown[]) {
    const known = errors.filter((error) => error instanceof GraphQLError);
    return known.map((error) => format(withCode(error, 'INTERNAL_SERVER_ERROR').toJSON(), error));
  }

  return {
    onSubscribe: begin,
    // What onSubscribe returned comes in here.
    execute: (operation) => executeOnce(operation as Operation),
    subscribe: (operation) => subscribe(operation as Operation),
    // The answers of queries and mutations have their last form; errors of events get it here.
    onNext(_socket, _id, _payload, _operation, result) {
      if (!result.errors?.some((error) => error instanceof GraphQLError)) return result as FormattedExecutionResult;
      return { ...(result.data !== undefined && { data: result.data }), errors: formatErrors(result.errors) };
    },
    onError: (_socket, _id, _payload, errors) => formatErrors(errors),
    isBusy: (client) => (running.get(client) ?? 0) > 0,
  };
}

/** The error if a subscription is larger than one that is held for hours may be. */
function checkSize({ text, document }: ReadDocument, { variables }: SubscribePayload): GraphQLError | null {
  const characters = text.length + JSON.stringify(variables ?? {}).length;
  if (characters <= MAX_SUBSCRIPTION_CHARACTERS && (document.tokenCount ?? 0) <= MAX_SUBSCRIPTION_TOKENS) return null;
  return errorWithCode(
    'QUERY_TOO_EXPENSIVE',
    `A subscription has at most ${MAX_SUBSCRIPTION_TOKENS} words and signs, and with its variables ${MAX_SUBSCRIPTION_CHARACTERS} characters`,
  );
}

/** Queries and mutations are paid for where they are run. */
function isSubscription(document: DocumentNode, operationName: string | null | undefined): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
}
