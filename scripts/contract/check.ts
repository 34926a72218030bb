import {
  type DocumentNode,
  type GraphQLSchema,
  GraphQLError,
  Kind,
  NoDeprecatedCustomRule,
  NoUnusedFragmentsRule,
  specifiedRules,
  validate,
} from 'graphql';
import { checkCost, type Cost, createCostOf } from '../../src/graphql/cost.ts';
import { checkLimits } from '../../src/graphql/limits.ts';
import { type Found, type FoundOperation, type Place, type Problem, problemOf } from './documents.ts';
import type { RunResult } from './run.ts';
import { makeLargestVariables, readVariables, type Variables } from './variables.ts';

/** What is known of one operation. It holds to the contract where it has no problem, and its run none either. */
export interface Checked {
  name: string;
  type: 'query' | 'mutation' | 'subscription';
  place: Place;
  problems: Problem[];
  deprecated: Problem[];
  /** What it costs at most; null where it is not valid. */
  cost: (Cost & { with: 'given variables' | 'largest pages' }) | null;
  run: RunResult | null;
}

/** Checks operations against the schema, as the server would before it runs them, with the variables given for each. */
export function checkOperations(
  schema: GraphQLSchema,
  { operations }: Found,
): { found: FoundOperation; given: Variables | undefined; checked: Checked }[] {
  const costOf = createCostOf(schema);
  return operations.map((found) => {
    const { name, operation, document, place } = found;
    const problems = faultsOf(schema, document).map(problemOf);
    if (!operation.name)
      problems.push({ message: 'An operation needs a name, to be found in logs and manifests', ...place });
    const deprecated = validate(schema, document, [NoDeprecatedCustomRule]).map(problemOf);
    const checked: Checked = { name, type: operation.operation, place, problems, deprecated, cost: null, run: null };
    const given = problems.length === 0 ? readVariables(found) : undefined;
    if (problems.length === 0) addCost(checked, schema, found, given, costOf);
    return { found, given, checked };
  });
}

function faultsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    checkLimits(document);
    return validate(schema, document);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** What is wrong with fragments that no operation spreads. */
export function checkSpareFragments(schema: GraphQLSchema, { spareFragments }: Found): Problem[] {
  const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
  return validate(schema, { kind: Kind.DOCUMENT, definitions: spareFragments }, rules).map(problemOf);
}

function addCost(
  checked: Checked,
  schema: GraphQLSchema,
  found: FoundOperation,
  given: Variables | undefined,
  costOf: ReturnType<typeof createCostOf>,
): void {
  const variables = given ?? makeLargestVariables(schema, found);
  try {
    const cost = costOf({ document: found.document, variables });
    checked.cost = { ...cost, with: given ? 'given variables' : 'largest pages' };
    checkCost(cost);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    checked.problems.push({ message: error.message, ...found.place });
  }
}
