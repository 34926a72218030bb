import {
  type DocumentNode,
  getOperationAST,
  getVariableValues,
  type GraphQLArgument,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { type ComplexityEstimatorArgs, getComplexity } from 'graphql-query-complexity';
import { LRUCache } from 'lru-cache';
import { type Field, type FieldCost, readDeclarations } from './declarations.ts';

/** What an operation costs at most, as the directives `@cost` and `@pageSize` of the schema say. */
export interface Cost {
  /** What the limit is held against: a point for each call, each statement and each ten items. */
  points: number;
  dynamodbCalls: number;
  sqlStatements: number;
  /** Items of connections. */
  items: number;
  /** What each event of a subscription costs besides, at least one; 0 for queries and mutations. */
  pointsPerEvent: number;
}

export interface Operation {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
}

type Estimator = (estimated: ComplexityEstimatorArgs) => number;

/** The most points that an operation may cost. */
export const MOST_POINTS = 250;

const ITEMS_PER_POINT = 10;
/** Of fields and fragments, with each fragment counted wherever it is spread. */
const MOST_NODES = 10_000;
/** The viewer's user, who is looked up once a minute whatever is asked for. */
const VIEWER_STATEMENTS = 1;

/** For each document. */
const REMEMBERED_COSTS = 200;
const LONGEST_REMEMBERED_SHAPE = 500;

const FREE = { dynamodbCalls: 0, sqlStatements: 0 };

/**
 * A function that says what a valid operation costs at most, before it runs: pages at the size that is asked for,
 * lists within lists multiplied. Null where the variables do not fit the operation, which then cannot run at all.
 * Calls that are tried again, lists of message groups over a megabyte, and messages that race for one microsecond cost
 * more.
 *
 * The function throws QUERY_TOO_EXPENSIVE where the operation has too many fragments within fragments to be counted,
 * and BAD_USER_INPUT where an argument does not fit its field.
 */
export function createCostOf(schema: GraphQLSchema): (operation: Operation) => Cost | null {
  const { costs, pageSizes } = readDeclarations(schema);
  const declared = (part: Field | GraphQLArgument): FieldCost => costs.get(part) ?? FREE;

  function itemsOf({ field, args }: ComplexityEstimatorArgs): number | null {
    const declaredSize = pageSizes.get(field);
    if (!declaredSize) return null;
    const { default: size, most } = declaredSize;
    const asked: unknown = args['first'] ?? args['last'];
    // A size out of range is refused by the resolver, and costs nothing there.
    return typeof asked === 'number' ? Math.min(Math.max(asked, 0), most) : size;
  }

  function callsOf(estimated: ComplexityEstimatorArgs): number {
    const given = estimated.field.args.filter(({ name }) => estimated.args[name] != null);
    const own = [estimated.field, ...given].reduce((sum, part) => sum + declared(part).dynamodbCalls, 0);
    return own + (itemsOf(estimated) ?? 1) * estimated.childComplexity;
  }

  function statementsOf({ field, childComplexity }: ComplexityEstimatorArgs): number {
    return declared(field).sqlStatements + childComplexity;
  }

  function itemsWithin(estimated: ComplexityEstimatorArgs): number {
    const items = itemsOf(estimated);
    return items === null ? estimated.childComplexity : items * (1 + estimated.childComplexity);
  }

  function estimate(operation: Operation, estimator: Estimator): number {
    const { document: query, operationName, variables } = operation;
    try {
      return getComplexity({
        schema,
        query,
        estimators: [estimator],
        maxQueryNodes: MOST_NODES,
        ...(operationName != null && { operationName }),
        ...(variables && { variables }),
      });
    } catch (error) {
      throw error instanceof GraphQLError ? refusal(error) : error;
    }
  }

  function variablesFit({ document, operationName, variables }: Operation): boolean {
    const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
    return getVariableValues(schema, definitions, variables ?? {}).errors === undefined;
  }

  function compute(operation: Operation): Cost | null {
    if (!variablesFit(operation)) return null;
    const dynamodbCalls = estimate(operation, callsOf);
    const sqlStatements = VIEWER_STATEMENTS + estimate(operation, statementsOf);
    const items = estimate(operation, itemsWithin);
    const points = dynamodbCalls + sqlStatements + Math.ceil(items / ITEMS_PER_POINT);
    return { points, dynamodbCalls, sqlStatements, items, pointsPerEvent: pointsPerEvent(operation) };
  }

  /** What is selected of an event, without what it costs to begin the subscription. */
  function pointsPerEvent(operation: Operation): number {
    const root = schema.getSubscriptionType();
    if (getOperationAST(operation.document, operation.operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
      return 0;
    const ofEvent = (estimator: Estimator) =>
      estimate(operation, (estimated) => (estimated.type === root ? estimated.childComplexity : estimator(estimated)));
    return Math.max(1, ofEvent(callsOf) + ofEvent(statementsOf) + Math.ceil(ofEvent(itemsWithin) / ITEMS_PER_POINT));
  }

  return remembering(compute);
}

/**
 * The same function, which remembers what operations with the same document cost. Prices depend on numbers, on truth
 * values and on whether there is a text, never on what it says.
 */
function remembering(compute: (operation: Operation) => Cost | null): (operation: Operation) => Cost | null {
  const known = new WeakMap<DocumentNode, LRUCache<string, Cost>>();

  return function costOf(operation) {
    const { document, operationName, variables } = operation;
    const shape = `${operationName ?? ''} ${JSON.stringify(variables, (_name, value: unknown) => (typeof value === 'string' ? '' : value))}`;
    const costs = known.get(document) ?? new LRUCache({ max: REMEMBERED_COSTS });
    known.set(document, costs);
    const cost = costs.get(shape) ?? compute(operation);
    if (cost && shape.length <= LONGEST_REMEMBERED_SHAPE) costs.set(shape, cost);
    return cost;
  };
}

/** What to answer where no cost can be told: the library's error names a node, unless there were too many. */
function refusal({ message, nodes }: GraphQLError): GraphQLError {
  if (nodes) return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
  return new GraphQLError(
    `The operation has more than ${MOST_NODES} fields and fragments, with each fragment counted wherever it is spread: spread fewer`,
    { extensions: { code: 'QUERY_TOO_EXPENSIVE', limit: MOST_POINTS, http: { status: 400 } } },
  );
}

/** @throws QUERY_TOO_EXPENSIVE where an operation costs more than `MOST_POINTS`. */
export function checkCost({ points }: Cost): void {
  if (points <= MOST_POINTS) return;
  throw new GraphQLError(
    `The operation costs ${points} points, and ${MOST_POINTS} are allowed: ask for smaller pages, or for fewer lists within lists`,
    { extensions: { code: 'QUERY_TOO_EXPENSIVE', cost: points, limit: MOST_POINTS, http: { status: 400 } } },
  );
}
