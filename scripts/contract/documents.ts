import { readFile } from 'node:fs/promises';
import { gqlPluckFromCodeString } from '@graphql-tools/graphql-tag-pluck';
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  getLocation,
  GraphQLError,
  Kind,
  type Location,
  type OperationDefinitionNode,
  parse,
  Source,
  visit,
} from 'graphql';
import { glob } from 'tinyglobby';
import { MAX_TOKENS } from '../../src/graphql/limits.ts';

/** A place in a file that a person can go to; lines and columns count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

export interface Problem extends Partial<Place> {
  message: string;
}

/** An operation as it is sent: with the fragments that it spreads, whichever files they are in. */
export interface FoundOperation {
  name: string;
  operation: OperationDefinitionNode;
  document: DocumentNode;
  place: Place;
}

export interface Found {
  operations: FoundOperation[];
  /** What no operation spreads; still has to be valid. */
  spareFragments: FragmentDefinitionNode[];
  /** What could not be read as operations at all. */
  problems: Problem[];
}

const GRAPHQL_FILE = /\.(graphql|gql)$/;

/** Finds the operations in files: `.graphql` as they are, code by its `gql` and `graphql` tags. */
export async function findOperations(patterns: string[]): Promise<Found> {
  const files = await glob(patterns, { ignore: ['**/node_modules/**'], absolute: false });
  const found = await Promise.all(files.toSorted().map(definitionsIn));
  const problems = found.flatMap((file) => file.problems);
  const definitions = found.flatMap((file) => file.definitions);
  if (files.length === 0) problems.push({ message: `No file matches ${patterns.join(', ')}` });
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const operations = definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => completeOperation(operation, fragments));
  const spread = new Set(operations.flatMap(({ document }) => document.definitions));
  return {
    operations,
    spareFragments: fragments.filter((fragment) => !spread.has(fragment)),
    problems: [...problems, ...namesGivenTwice([...operations.map(({ operation }) => operation), ...fragments])],
  };
}

/** Where in its file a node begins. */
export function placeOf({ source, start }: Pick<Location, 'source' | 'start'>): Place {
  const { line, column } = getLocation(source, start);
  const { locationOffset: offset } = source;
  return { file: source.name, line: line + offset.line - 1, column: line === 1 ? column + offset.column - 1 : column };
}

/** A validation error with its place. */
export function problemOf({ message, nodes, source, positions }: GraphQLError): Problem {
  const location = nodes?.[0]?.loc;
  if (location) return { message, ...placeOf(location) };
  return { message, ...(source && positions && placeOf({ source, start: positions[0] ?? 0 })) };
}

async function definitionsIn(file: string): Promise<{ definitions: DefinitionNode[]; problems: Problem[] }> {
  const definitions: DefinitionNode[] = [];
  const problems: Problem[] = [];
  try {
    for (const source of await sourcesIn(file))
      definitions.push(...parse(source, { maxTokens: MAX_TOKENS }).definitions);
  } catch (error) {
    problems.push(error instanceof GraphQLError ? problemOf(error) : { message: String(error), file });
  }
  return { definitions, problems };
}

async function sourcesIn(file: string): Promise<Source[]> {
  const text = await readFile(file, 'utf8');
  if (GRAPHQL_FILE.test(file)) return [new Source(text, file)];
  const plucked = await gqlPluckFromCodeString(file, text, {
    skipIndent: true,
    // What is interpolated are fragments, found by their names; the lines after it keep their numbers.
    pluckStringFromFile: (code, { start, end }) =>
      code
        .slice((start ?? 0) + 1, (end ?? 0) - 1)
        .replace(/\$\{[^}]*\}/g, (expression) => expression.replace(/[^\n]/g, ' '))
        .replaceAll('\\`', '`'),
  });
  return plucked.map(({ body, locationOffset }) => new Source(body, file, locationOffset));
}

function completeOperation(operation: OperationDefinitionNode, fragments: FragmentDefinitionNode[]): FoundOperation {
  const needed = new Set<FragmentDefinitionNode>();
  const collect = (node: DefinitionNode) => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.find((candidate) => candidate.name.value === name.value);
        if (!fragment || needed.has(fragment)) return;
        needed.add(fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  const place = operation.loc ? placeOf(operation.loc) : { file: '', line: 1, column: 1 };
  return {
    name: operation.name?.value ?? `${operation.operation} without a name`,
    operation,
    document: { kind: Kind.DOCUMENT, definitions: [operation, ...needed] },
    place,
  };
}

function namesGivenTwice(definitions: (OperationDefinitionNode | FragmentDefinitionNode)[]): Problem[] {
  const first = new Map<string, Place>();
  const problems: Problem[] = [];
  for (const { kind, name, loc } of definitions) {
    if (!name || !loc) continue;
    const place = placeOf(loc);
    const before = first.get(`${kind} ${name.value}`);
    if (before)
      problems.push({ message: `The name "${name.value}" is taken by ${before.file}:${before.line}`, ...place });
    else first.set(`${kind} ${name.value}`, place);
  }
  return problems;
}
