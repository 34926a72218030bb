import {
  type DocumentNode,
  getNamedType,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { badUserInput } from '../errors.ts';
import { answerTooLarge, MAX_ANSWER_BYTES } from './answerSize.ts';
import { collectFields, fragmentsOf, type Reading } from './collect.ts';
import { createPriceOf, type Price } from './price.ts';

/** What an operation costs at most, as the directives `@cost`, `@pageSize` and `@listSize` of the schema say. */
export interface Cost extends Price {
  type: OperationTypeNode;
  /** What the limit is held against: a point for each call, statement, ten items, 40 kB, and hundred fields. */
  points: number;
  /** What each event of a subscription costs besides, at least one; 0 for queries and mutations. */
  pointsPerEvent: number;
}

export interface Operation {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | undefined;
}

/** The most points that an operation may cost. */
export const MOST_POINTS = 250;

const ITEMS_PER_POINT = 10;
const BYTES_PER_POINT = 40_000;
const FIELDS_PER_POINT = 100;
/** The viewer's user, who is looked up once a minute whatever is asked for. */
const VIEWER_STATEMENTS = 1;
/** `{"data":}` and a line break. */
const BYTES_AROUND_DATA = 10;

/** For each document. */
const REMEMBERED_COSTS = 200;
const LONGEST_REMEMBERED_SHAPE = 500;

/**
 * A function that says what a valid operation costs at most, before it runs. Calls that are tried again, lists of message
 * groups over a megabyte, and messages that race for one microsecond cost more; what the earlier backend stored may weigh
 * more, as do errors.
 *
 * The function throws BAD_USER_INPUT where a variable or an argument does not fit.
 */
export function createCostOf(schema: GraphQLSchema): (operation: Operation) => Cost {
  const priceOf = createPriceOf(schema);

  function compute({ document, operationName, variables: given = {} }: Operation): Cost {
    const operation = getOperationAST(document, operationName);
    const root = operation && schema.getRootType(operation.operation);
    if (!root) throw badUserInput('operationName', 'must name an operation of the document');
    const { coerced: variables, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
    if (!variables) throw misfit(errors[0]);
    try {
      const reading = { fragments: fragmentsOf(document), variables };
      const price = addAround(priceOf(root, [operation], reading));
      return {
        ...price,
        type: operation.operation,
        points: pointsFor(price),
        pointsPerEvent: root === schema.getSubscriptionType() ? pointsPerEvent(root, operation, reading) : 0,
      };
    } catch (error) {
      throw error instanceof GraphQLError ? misfit(error) : error;
    }
  }

  /** What is selected of an event, without what it costs to begin the subscription. */
  function pointsPerEvent(
    root: GraphQLObjectType,
    { selectionSet }: OperationDefinitionNode,
    reading: Reading,
  ): number {
    const [nodes] = collectFields([selectionSet], reading).values();
    const event = nodes && getNamedType(root.getFields()[nodes[0].name.value]?.type);
    return Math.max(1, nodes && isObjectType(event) ? pointsFor(priceOf(event, nodes, reading)) : 0);
  }

  return remembering(compute);
}

function addAround(price: Price): Price {
  return {
    ...price,
    sqlStatements: VIEWER_STATEMENTS + price.sqlStatements,
    bytes: BYTES_AROUND_DATA + price.bytes,
  };
}

function pointsFor({ dynamodbCalls, sqlStatements, items, bytes, fields }: Price): number {
  const calls = dynamodbCalls + sqlStatements;
  const size = Math.floor(bytes / BYTES_PER_POINT) + Math.floor(fields / FIELDS_PER_POINT);
  return calls + Math.ceil(items / ITEMS_PER_POINT) + size;
}

function misfit(error: GraphQLError | undefined): GraphQLError {
  const { message = 'The variables do not fit', nodes } = error ?? {};
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}

/**
 * The same function, which remembers what operations with the same document cost. Prices depend on numbers, on truth
 * values and on whether there is a text, never on what it says.
 */
function remembering(compute: (operation: Operation) => Cost): (operation: Operation) => Cost {
  const known = new WeakMap<DocumentNode, LRUCache<string, Cost>>();

  return function costOf(operation) {
    const { document, operationName, variables } = operation;
    const shape = `${operationName ?? ''} ${JSON.stringify(variables, (_name, value: unknown) => (typeof value === 'string' ? '' : value))}`;
    const costs = known.get(document) ?? new LRUCache({ max: REMEMBERED_COSTS });
    known.set(document, costs);
    const cost = costs.get(shape) ?? compute(operation);
    if (shape.length <= LONGEST_REMEMBERED_SHAPE) costs.set(shape, cost);
    return cost;
  };
}

/**
 * @throws QUERY_TOO_EXPENSIVE where an operation costs more than `MOST_POINTS`; ANSWER_TOO_LARGE where the answer to a
 * mutation, or an event of a subscription, could be too large to be sent: neither can be asked for again with less.
 */
export function checkCost({ points, type, bytes }: Cost): void {
  if (points > MOST_POINTS) {
    throw new GraphQLError(
      `The operation costs ${points} points, and ${MOST_POINTS} are allowed: ask for smaller pages, for fewer lists within lists, or for fewer long texts`,
      { extensions: { code: 'QUERY_TOO_EXPENSIVE', cost: points, limit: MOST_POINTS, http: { status: 400 } } },
    );
  }
  if (type !== OperationTypeNode.QUERY && bytes > MAX_ANSWER_BYTES) {
    const problem = `An answer to this ${type} may have ${bytes} bytes, and ${MAX_ANSWER_BYTES} are allowed`;
    const { message, extensions } = answerTooLarge(problem);
    throw new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } });
  }
}
