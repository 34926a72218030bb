import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Context } from '../context.ts';
import { serviceUnavailable } from '../errors.ts';
import { UnansweredError } from '../users/failures.ts';
import { checkLimits } from './limits.ts';

export interface Execution {
  document: DocumentNode;
  operationName: string | null;
  variables: Record<string, unknown> | undefined;
  context: Context;
}

export type Execute = (execution: Execution) => Promise<ExecutionResult>;

/** An operation that has been run once, and what it was compiled to when it was run again. */
type Seen = { compiled?: CompiledQuery | undefined };

/**
 * Compiling takes a hundred times as long as executing once, holds up everybody else, and what it makes is kept with the
 * document: some half a kilobyte for each selection. Operations of frontends have far fewer.
 */
const MAX_COMPILED_SELECTIONS = 300;

/**
 * Executes valid operations as `graphql` does, and compiles those that come again, unless they are large. Variables are always coerced by
 * `graphql`, and an operation that cannot run, or not be compiled, is executed by it. What is compiled lives as long as
 * its document.
 */
export function createExecutor(schema: GraphQLSchema, compileDocument = compileQuery): Execute {
  const seen = new WeakMap<DocumentNode, Map<string | null, Seen>>();

  function compiledOf(document: DocumentNode, operationName: string | null): CompiledQuery | undefined {
    const operations = seen.get(document) ?? new Map<string | null, Seen>();
    seen.set(document, operations);
    const known = operations.get(operationName);
    if (!known) operations.set(operationName, {});
    else if (!('compiled' in known)) known.compiled = compile(document, operationName);
    return known?.compiled;
  }

  function compile(document: DocumentNode, operationName: string | null): CompiledQuery | undefined {
    if (checkLimits(document) > MAX_COMPILED_SELECTIONS) return undefined;
    const options = { useExperimentalPathBasedSkipInclude: true };
    const compiled = compileDocument(schema, document, operationName ?? undefined, options);
    return isCompiledQuery(compiled) ? compiled : undefined;
  }

  return async function executeOperation({ document, operationName, variables, context }) {
    const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
    const { coerced } = getVariableValues(schema, definitions, variables ?? {});
    const compiled = coerced && compiledOf(document, operationName);
    const { errors, ...result } = compiled
      ? withGraphQLErrors(await compiled.query(undefined, context, coerced))
      : await execute({ schema, document, operationName, variableValues: variables, contextValue: context });
    return errors ? { ...result, errors: errors.map(fieldError) } : result;
  };
}

/** The error of a field that failed: what cannot be decided while Postgres does not answer can be tried again. */
function fieldError(error: GraphQLError): GraphQLError {
  const { originalError, path, locations } = error;
  if (!(originalError instanceof UnansweredError)) return error;
  return Object.assign(serviceUnavailable(originalError), { path, locations });
}

/** The compiled code's errors are not those of `graphql`: they may lack `extensions`, which formatting relies on. */
function withGraphQLErrors({ errors, ...result }: ExecutionResult): ExecutionResult {
  if (!errors) return result;
  return {
    ...result,
    errors: errors.map(({ message, path, originalError, locations }) =>
      Object.assign(new GraphQLError(message, { path: path ?? null, originalError: originalError ?? null }), {
        locations,
      }),
    ),
  };
}
