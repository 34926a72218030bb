import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import {
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type Context, viewerOf } from '../context.ts';
import type { RateLimit } from '../rateLimit.ts';
import type { Spans } from '../telemetry/spans.ts';
import { currentTrace } from '../telemetry/trace.ts';
import { checkCost, type Cost, createCostOf, MOST_POINTS } from './cost.ts';

const LONGEST_LOGGED_NAME = 100;

/**
 * What an operation has to pass before it runs: it needs a viewer, unless it asks only for the schema itself, and it
 * may not cost too much, neither by itself nor with those of the same viewer in the last minute. Where the header
 * `x-cost: 1` asks for it, the answer says in `extensions.cost` what it cost.
 */
export function guardOperations(
  schema: GraphQLSchema,
  { rateLimit, spans }: { rateLimit?: RateLimit | undefined; spans?: Spans | undefined },
): ApolloServerPlugin<Context> {
  const costOf = createCostOf(schema);
  return {
    requestDidStart() {
      let cost: Cost | null = null;
      return Promise.resolve({
        async didResolveOperation({ document, operation, operationName, request, contextValue }) {
          const trace = currentTrace();
          if (trace) trace.operationName = operationName?.slice(0, LONGEST_LOGGED_NAME);
          if (operation) spans?.describeOperation(operation.operation, trace?.operationName);
          if (!isIntrospective(operation)) viewerOf(contextValue);
          cost = costOf({ document, operationName, variables: request.variables });
          if (!cost) return;
          checkCost(cost);
          const { caller } = contextValue;
          if (!(caller instanceof GraphQLError)) await rateLimit?.takeOfUser(caller.id, cost.points);
        },
        willSendResponse(requestContext) {
          if (requestContext.request.http?.headers.get('x-cost') === '1') addCost(requestContext, cost);
          return Promise.resolve();
        },
      });
    },
  };
}

function isIntrospective(operation: OperationDefinitionNode | undefined): boolean {
  return (
    operation?.selectionSet.selections.every(
      (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
    ) === true
  );
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
    atMost: { dynamodbCalls: cost.dynamodbCalls, sqlStatements: cost.sqlStatements, items: cost.items },
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
