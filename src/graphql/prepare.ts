import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { refusal } from '../errors.ts';
import { priceOfDocument, type RateLimit } from '../rateLimit.ts';
import { cutName, currentTrace, nameOperation } from '../telemetry/trace.ts';
import { checkCost, type Cost, createCostOf } from './cost.ts';
import { createDocuments, type DocumentOptions } from './documents.ts';
import { checkSize, findMisfits } from './variables.ts';

/** The viewer, or why there is none. */
type Caller = { id: string } | GraphQLError;

/** An operation as a caller sends it, over HTTP or over a socket. */
export interface OperationRequest {
  /** The text of the document. */
  text: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
}

/** An operation that may run: it is valid, does not cost too much, and is paid for. */
export interface PreparedOperation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  cost: Cost;
}

/** Why an operation may not run, and what it would cost at most if that is known. */
export interface RefusedOperation {
  errors: GraphQLError[];
  cost: Cost | null;
}

export type Prepare = (request: OperationRequest, caller: Caller) => Promise<PreparedOperation | RefusedOperation>;

export interface PrepareOptions extends DocumentOptions {
  schema: GraphQLSchema;
  /** None: nothing is charged. */
  rateLimit?: RateLimit | undefined;
}

/** @throws RATE_LIMITED */
type PayUpTo = (points: number) => Promise<void>;

/**
 * Checks operations before they run, each check before the work that it is about. A viewer pays for a document that
 * this process does not know before it is parsed, by its size, and then for what the operation costs at most, from
 * which the former is taken off. What is refused costs as much as a document that is not known.
 */
export function createPrepare(options: PrepareOptions): Prepare {
  const { schema, rateLimit } = options;
  const documents = createDocuments(options);
  const costOf = createCostOf(schema);

  /** Pays for one operation, each time what is missing. */
  function openAccount(caller: Caller): PayUpTo {
    let paid = 0;
    return async (points) => {
      const due = points - paid;
      if (due <= 0 || !rateLimit || caller instanceof GraphQLError) return;
      paid = points;
      const trace = currentTrace();
      if (trace) trace.points += due;
      await rateLimit.takeOfUser(caller.id, due);
    };
  }

  /** The document of a text, or its faults. */
  async function readDocument(text: string, payUpTo: PayUpTo): Promise<DocumentNode | GraphQLError[]> {
    const known = documents.find(text);
    if (known) return known;
    await payUpTo(priceOfDocument(text));
    return documents.read(text);
  }

  async function check(request: OperationRequest, caller: Caller, payUpTo: PayUpTo) {
    const { text, operationName, variables, extensions } = request;
    checkSize('variables', variables);
    checkSize('extensions', extensions);
    const document = await readDocument(text, payUpTo);
    if (Array.isArray(document)) return { errors: document, cost: null };
    const operation = getOperationAST(document, operationName);
    if (!operation) throw unknownOperation(operationName);
    nameOperation(operation.name?.value);
    if (caller instanceof GraphQLError && !isIntrospective(operation)) throw caller;
    const misfits = findMisfits(operation, variables ?? {}, options);
    if (misfits) return { errors: misfits, cost: null };
    const cost = costOf({ document, operationName, variables: variables ?? undefined });
    const refused = await pay(cost, payUpTo).then(() => null, refusal);
    return refused ? { errors: [refused], cost } : { document, operation, cost };
  }

  return async function prepare(request, caller) {
    const payUpTo = openAccount(caller);
    const prepared = await check(request, caller, payUpTo).catch((error: unknown) => ({
      errors: [refusal(error)],
      cost: null,
    }));
    // Whoever cannot pay for a refusal is refused all the same.
    if ('errors' in prepared) await payUpTo(priceOfDocument(request.text)).catch(refusal);
    return prepared;
  };
}

/** Operations that need no viewer: they ask for the schema alone. */
function isIntrospective({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
  );
}

function unknownOperation(name: string | null | undefined): GraphQLError {
  const problem =
    name == null
      ? 'The document has several operations: say which one in "operationName"'
      : `The document has no operation named "${cutName(name)}"`;
  return new GraphQLError(problem, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } });
}

/** @throws QUERY_TOO_EXPENSIVE, RATE_LIMITED */
async function pay(cost: Cost, payUpTo: PayUpTo): Promise<void> {
  checkCost(cost);
  await payUpTo(cost.points);
}
