import { getVariableValues, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { badUserInput, withCode } from '../errors.ts';
import { MAX_ERRORS } from './limits.ts';

const MAX_DEPTH = 20;
const MAX_VALUES = 1000;

/**
 * Refuses variables, or extensions, that no operation needs, before anything recurses into them.
 *
 * @throws BAD_USER_INPUT if they are nested too deep or hold too many values.
 */
export function checkSize(name: 'variables' | 'extensions', given: unknown): void {
  let values = 0;
  let level: unknown[] = [given];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw badUserInput(name, `must be nested at most ${MAX_DEPTH} deep`);
    values += level.length;
    if (values > MAX_VALUES) throw badUserInput(name, `must hold at most ${MAX_VALUES} values`);
    level = level.flatMap((value): unknown[] => (isNested(value) ? Object.values(value) : []));
  }
}

/** The first faults of an operation's variables, or null if they fit. */
export function findMisfits(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Record<string, unknown>,
  { schema, suggestions }: { schema: GraphQLSchema; suggestions: boolean },
): GraphQLError[] | null {
  const options = { maxErrors: MAX_ERRORS, hideSuggestions: !suggestions };
  const { errors } = getVariableValues(schema, variableDefinitions, variables, options);
  // One beyond them says that there are more.
  return errors?.slice(0, MAX_ERRORS).map((error) => withCode(error, 'BAD_USER_INPUT')) ?? null;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
