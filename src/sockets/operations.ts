import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Viewer } from '../auth.ts';
import { type Context, contextFor, type ContextOptions } from '../context.ts';
import { createFormatError, shownOf, withCode } from '../errors.ts';
import { findTrusted } from '../graphql/acceptTrusted.ts';
import { limitEvent } from '../graphql/answerSize.ts';
import type { Prepare, PreparedOperation } from '../graphql/prepare.ts';
import type { TrustedDocuments } from '../graphql/trustedDocuments.ts';
import { createMeter } from '../live/meter.ts';
import { priceOfDocument, rateLimited } from '../rateLimit.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Spans } from '../telemetry/spans.ts';
import { newTrace, runInSpan, runTraced, type Trace } from '../telemetry/trace.ts';
import type { ConnectOptions, Parameters, Socket, SocketExtra } from './connect.ts';
import { createOpenOperations, type OpenOptions, type Place } from './open.ts';
import { startSubscription } from './subscribe.ts';

export interface OperationsOptions extends ContextOptions, ConnectOptions, OpenOptions {
  schema: GraphQLSchema;
  /** What operations have to pass before they run, as over HTTP. */
  prepare: Prepare;
  /** Runs queries and mutations, as it does over HTTP. */
  apollo: ApolloServer<Context>;
  /** The only documents that may run; any may where there are none. */
  trustedDocuments?: TrustedDocuments | undefined;
  /** Counts subscriptions; nobody does where there are none. */
  metrics?: Metrics | undefined;
  spans?: Spans | undefined;
}

/** An operation that may run, with its text and the socket that it came in over. */
interface Operation extends ExecutionArgs {
  socket: Socket;
  text: string;
  place: Place;
  prepared: PreparedOperation;
  trace: Trace;
}

type Hooks = ServerOptions<Parameters, SocketExtra>;

type UsedHooks = {
  [Name in 'onSubscribe' | 'execute' | 'subscribe' | 'onNext' | 'onError']: NonNullable<Hooks[Name]>;
};

export interface Operations extends UsedHooks {
  /** True while a query or mutation of the socket runs. */
  isBusy: (client: WebSocket) => boolean;
}

/** What a subscription holds in memory as long as it is open: some 600 bytes for a token. */
const MAX_SUBSCRIPTION_TOKENS = 300;
const MAX_SUBSCRIPTION_CHARACTERS = 20_000;

/** How `graphql-ws` runs what comes in over a socket: with the rules, limits and errors of HTTP. */
export function createOperations(options: OperationsOptions): Operations {
  const { schema, apollo, trustedDocuments, rateLimit, logger } = options;
  const format = createFormatError(logger);
  const open = createOpenOperations(options);
  const running = new WeakMap<WebSocket, number>();

  async function prepare(
    socket: Socket,
    viewer: Viewer,
    payload: SubscribePayload,
    { place, trace }: Pick<Operation, 'place' | 'trace'>,
  ): Promise<Operation | GraphQLError[]> {
    const wait = rateLimit?.waitOfUser(viewer.id) ?? 0;
    if (wait > 0) return [rateLimited(wait)];
    const text = trustedDocuments ? findTrusted(trustedDocuments, payload) : payload.query;
    if (typeof text !== 'string') return refuse(viewer, payload, errorWithCode('DOCUMENT_NOT_TRUSTED', text.problem));
    const prepared = await options.prepare({ ...payload, text }, viewer);
    if ('errors' in prepared) return prepared.errors;
    const { variables, operationName } = payload;
    if (prepared.operation.operation === OperationTypeNode.SUBSCRIPTION) {
      const refused = checkSize(text, prepared, payload) ?? place.countSubscription();
      if (refused) return [refused];
    }
    const { document } = prepared;
    const operation = { schema, document, variableValues: variables, socket, text, place, prepared, trace };
    return { ...operation, ...(operationName != null && { operationName }) };
  }

  /** Charges for what no operation is paid for. The error is RATE_LIMITED if the viewer has too few points left. */
  async function refuse(viewer: Viewer, { query }: SubscribePayload, error: GraphQLError): Promise<GraphQLError[]> {
    const limited = await rateLimit?.takeOfUser(viewer.id, Math.max(1, priceOfDocument(query))).catch(refusal);
    return [limited ?? error];
  }

  /** What `prepare` returns, or throws. What may run is counted until it ends. */
  async function begin(socket: Socket, id: string, payload: SubscribePayload): Promise<Operation | GraphQLError[]> {
    const { viewer } = socket.extra;
    if (!viewer) return [errorWithCode('UNAUTHENTICATED', 'The socket has no viewer')];
    const place = open.enter(socket.extra.socket, id, viewer.id);
    if (place instanceof GraphQLError) return refuse(viewer, payload, place);
    const trace = newTrace(randomUUID());
    const begun = await runTraced(trace, () => prepare(socket, viewer, payload, { place, trace })).catch(
      (error: unknown) => [
        error instanceof GraphQLError ? error : new GraphQLError('', { originalError: error as Error }),
      ],
    );
    if (Array.isArray(begun)) place.leave();
    return begun;
  }

  function contextOf({ extra }: Socket): Context {
    return contextFor(extra.viewer ?? errorWithCode('UNAUTHENTICATED', 'The socket has no viewer'), options);
  }

  async function executeOnce(operation: Operation): Promise<ExecutionResult> {
    const { socket, place, text, prepared, trace, variableValues, operationName } = operation;
    const client = socket.extra.socket;
    const startedAt = Date.now();
    running.set(client, (running.get(client) ?? 0) + 1);
    try {
      const request = {
        query: text,
        ...(variableValues && { variables: variableValues }),
        ...(operationName != null && { operationName }),
      };
      const run = () => apollo.executeOperation(request, { contextValue: { ...contextOf(socket), prepared } });
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
    const { socket, place, prepared } = operation;
    const userId = socket.extra.viewer?.id ?? '';
    const charge = rateLimit && ((points: number) => rateLimit.chargeEvent(userId, points));
    const meter = createMeter({ charge, pointsPerEvent: prepared.cost.pointsPerEvent });
    return startSubscription(operation, {
      contextOf: () => ({ ...contextOf(socket), meter }),
      meter,
      onEnd: place.leave,
      userId,
      logger,
      metrics: options.metrics,
      spans: options.spans,
    }).finally(place.leaveOperations);
  }

  function formatErrors(errors: readonly unknown[]) {
    const known = errors.filter((error) => error instanceof GraphQLError);
    return known.map((error) => format(shownOf(withCode(error, 'INTERNAL_SERVER_ERROR')), error));
  }

  return {
    onSubscribe: begin,
    // What onSubscribe returned comes in here.
    execute: (operation) => executeOnce(operation as Operation),
    subscribe: (operation) => subscribe(operation as Operation),
    // The answers of queries and mutations have their last form; errors of events get it here.
    onNext(_socket, _id, _payload, _operation, result) {
      if (!result.errors?.some((error) => error instanceof GraphQLError)) {
        return limitEvent(result as FormattedExecutionResult);
      }
      const data = result.data !== undefined && { data: result.data };
      return limitEvent({ ...data, errors: formatErrors(result.errors) });
    },
    onError: (_socket, _id, _payload, errors) => formatErrors(errors),
    isBusy: (client) => (running.get(client) ?? 0) > 0,
  };
}

/** The error if a subscription is larger than one that is held for hours may be. */
function checkSize(
  text: string,
  { document: { tokenCount = 0 } }: PreparedOperation,
  { variables }: SubscribePayload,
): GraphQLError | null {
  const characters = text.length + JSON.stringify(variables ?? {}).length;
  if (characters <= MAX_SUBSCRIPTION_CHARACTERS && tokenCount <= MAX_SUBSCRIPTION_TOKENS) return null;
  return errorWithCode(
    'QUERY_TOO_EXPENSIVE',
    `A subscription has at most ${MAX_SUBSCRIPTION_TOKENS} words and signs, and with its variables ${MAX_SUBSCRIPTION_CHARACTERS} characters`,
  );
}

function errorWithCode(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function refusal(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  throw error;
}
