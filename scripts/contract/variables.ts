import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  getNullableType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isScalarType,
  Kind,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { z } from 'zod';
import { CommandFailure } from '../cli/failure.ts';
import type { FoundOperation } from './documents.ts';

/** What stands in for an id and for a text where nobody says which. */
export interface StandIns {
  id: string;
  text: string;
}

/** Nothing and nobody: a mutation with these is refused, and writes nothing. */
export const NOBODY: StandIns = { id: '00000000-0000-4000-8000-000000000000', text: 'nobody-has-this-handle' };

const LARGEST_PAGE = 100;
const NOW = '2026-01-01T00:00:00.000000Z';
const variablesFile = z.record(z.string(), z.unknown());

export type Variables = z.infer<typeof variablesFile>;

/**
 * The variables that a file beside the operation gives: `<Operation>.variables.json`, or `<file>.variables.json` with
 * the variables or with an object of them for each operation's name. Undefined where there is none.
 *
 * @throws {CommandFailure} where the file is no JSON object.
 */
export function readVariables({ name, place }: FoundOperation): Variables | undefined {
  const directory = dirname(place.file);
  const stem = basename(place.file).replace(/\.\w+$/, '');
  const own = join(directory, `${name}.variables.json`);
  if (existsSync(own)) return readJson(own);
  const shared = join(directory, `${stem}.variables.json`);
  if (!existsSync(shared)) return undefined;
  const variables = readJson(shared);
  const named = variablesFile.safeParse(variables[name]);
  return named.success ? named.data : variables;
}

/** A value for each variable that has to have one. */
export function makeVariables(schema: GraphQLSchema, { operation }: FoundOperation, standIns: StandIns): Variables {
  const required = (operation.variableDefinitions ?? []).filter(
    ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && !defaultValue,
  );
  return valuesFor(schema, required, standIns);
}

/** A value for each variable, with the largest pages: what the operation can cost at most. */
export function makeLargestVariables(schema: GraphQLSchema, { operation }: FoundOperation): Variables {
  return valuesFor(schema, operation.variableDefinitions ?? [], NOBODY);
}

function valuesFor(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[], standIns: StandIns) {
  return Object.fromEntries(
    definitions.map(({ variable, type }) => {
      const inputType = typeFromAST(schema, type) as GraphQLInputType | undefined;
      return [variable.name.value, inputType && valueFor(inputType, standIns)];
    }),
  );
}

function valueFor(type: GraphQLInputType, standIns: StandIns): unknown {
  const nullable = isNonNullType(type) ? getNullableType(type) : type;
  if (isListType(nullable)) return [valueFor(nullable.ofType, standIns)];
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields());
    const given = nullable.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
    return Object.fromEntries(given.map(({ name, type: fieldType }) => [name, valueFor(fieldType, standIns)]));
  }
  return isScalarType(nullable) ? scalarFor(nullable.name, standIns) : undefined;
}

function scalarFor(name: string, { id, text }: StandIns): unknown {
  const values: Record<string, unknown> = { ID: id, Int: LARGEST_PAGE, Float: 1, Boolean: true, DateTime: NOW };
  return name in values ? values[name] : text;
}

function readJson(path: string): Variables {
  try {
    return variablesFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new CommandFailure(`${path} is no JSON object of variables: ${String(error)}`);
  }
}
