import {
  type ApolloServerPlugin,
  type GraphQLRequest,
  type GraphQLRequestContext,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import {
  type FormattedExecutionResult,
  GraphQLError,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
} from 'graphql';
import type { Context } from '../context.ts';
import { type FormatError, httpOf, shownOf } from '../errors.ts';
import type { Spans } from '../telemetry/spans.ts';
import { currentTrace, cutName, markRun, nameOperation } from '../telemetry/trace.ts';
import { type Cost, MOST_POINTS } from './cost.ts';
import type { Prepare, PreparedOperation, RefusedOperation } from './prepare.ts';

/** Stands for a document that may not run: Apollo Server goes on with it until it asks for the response. */
const NOTHING = parse('{ __typename }');

/**
 * Lets Apollo Server run what `prepare` lets pass, and answer with its errors otherwise: Apollo neither parses nor
 * validates anything itself. Where the header `x-cost: 1` asks for it, the answer says in `extensions.cost` what the
 * operation cost.
 */
export function guardOperations(
  prepare: Prepare,
  { formatError, spans }: { formatError: FormatError; spans?: Spans | undefined },
): ApolloServerPlugin<Context> {
  return {
    requestDidStart() {
      let prepared: PreparedOperation | RefusedOperation = { errors: [], cost: null };
      return Promise.resolve({
        async didResolveSource(requestContext) {
          const { source: text, request, contextValue } = requestContext;
          prepared = contextValue.prepared ?? (await prepare({ ...request, text }, contextValue.caller));
          if (isSubscriptionOverHttp(prepared, request)) prepared = { ...prepared, errors: [needsSocket()] };
          const document = 'errors' in prepared ? NOTHING : prepared.document;
          // Found by Apollo Server as one of its own that it has validated.
          Object.assign(requestContext, { document });
        },
        responseForOperation({ contextValue, operation }) {
          if ('errors' in prepared) return Promise.resolve(responseOf(prepared.errors, formatError));
          const { name, operation: type } = operation;
          nameOperation(name?.value);
          spans?.describeOperation(type, cutName(name?.value));
          if (!(contextValue.caller instanceof GraphQLError)) markRun();
          return Promise.resolve(null);
        },
        willSendResponse(requestContext) {
          if (requestContext.request.http?.headers.get('x-cost') === '1') addCost(requestContext, prepared.cost);
          return Promise.resolve();
        },
      });
    },
  };
}

function isSubscriptionOverHttp(prepared: PreparedOperation | RefusedOperation, { http }: GraphQLRequest): boolean {
  return (
    http !== undefined && 'operation' in prepared && prepared.operation.operation === OperationTypeNode.SUBSCRIPTION
  );
}

function needsSocket(): GraphQLError {
  return new GraphQLError(
    'Subscriptions are served over WebSocket, on this same path, with the protocol graphql-transport-ws',
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
  );
}

/** As Apollo Server answers errors itself. */
function responseOf(errors: GraphQLError[], formatError: FormatError): GraphQLResponse {
  const heads = errors.map(httpOf);
  const headers = new HeaderMap(heads.flatMap((head) => [...head.headers]));
  const formatted = errors.map((error) => formatError(shownOf(error), error));
  return {
    http: { status: heads[0]?.status ?? 400, headers },
    body: { kind: 'single', singleResult: { errors: formatted } },
  };
}

/**
 * Adds what the operation may cost, which only the operation and the schema decide, and what it did cost unless that
 * could tell of something that the viewer may not see. See `isTold`.
 */
function addCost({ response: { body }, operation }: GraphQLRequestContext<Context>, cost: Cost | null): void {
  const trace = currentTrace();
  if (body?.kind !== 'single' || !trace) return;
  const { dynamodbCalls, readUnits, writeUnits, sqlStatements } = trace;
  const requested = cost && {
    requested: cost.points,
    atMost: {
      dynamodbCalls: cost.dynamodbCalls,
      sqlStatements: cost.sqlStatements,
      items: cost.items,
      bytes: cost.bytes,
    },
  };
  body.singleResult.extensions = {
    ...body.singleResult.extensions,
    cost: {
      ...requested,
      limit: MOST_POINTS,
      ...(isTold(operation, body.singleResult) && { spent: { dynamodbCalls, readUnits, writeUnits, sqlStatements } }),
    },
  };
}

/**
 * Whether the answer may say what it took: a query that found everything it asked for. What a refusal, or a null in
 * place of a group, took depends on rows that the viewer may not see; what a mutation took says whether the other side
 * blocks the viewer.
 */
function isTold(operation: OperationDefinitionNode | undefined, { data, errors }: FormattedExecutionResult): boolean {
  if (operation?.operation !== OperationTypeNode.QUERY || errors || !data) return false;
  return Object.values(data).every((field) => field !== null);
}
