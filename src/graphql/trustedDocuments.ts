import { readFileSync } from 'node:fs';
import {
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { ConfigError } from '../environment/parse.ts';
import { MAX_TOKENS } from './limits.ts';

/** The only documents that a server runs, as frontends' operations listed them in a manifest. */
export interface TrustedDocuments {
  /** The document with this id (`sha256:` before it or not), or null. */
  findById(id: string): string | null;
  /** True where a document of the manifest selects the same: white space, order of fragments and `__typename` aside. */
  isTrusted(text: string): boolean;
}

/** The format of Apollo's persisted query manifests, which its clients' tools read and write. */
export interface Manifest {
  format: 'apollo-persisted-query-manifest';
  version: 1;
  operations: { id: string; name: string; type: 'query' | 'mutation' | 'subscription'; body: string }[];
}

const manifest: z.ZodType<Manifest> = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string(),
    }),
  ),
});

const REMEMBERED_CHARACTERS = 1_000_000;

/**
 * Reads a manifest. @throws {ConfigError} where the file is not there or is no manifest, or a document in it is not
 * valid by the schema; it names each.
 */
export function readTrustedDocuments(path: string, schema: GraphQLSchema): TrustedDocuments {
  const { operations } = readManifest(path);
  const problems = operations.flatMap(({ name, body }) =>
    problemsOf(body, schema).map((problem) => `TRUSTED_DOCUMENTS: ${name} in ${path}: ${problem}`),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  const byId = new Map(operations.map(({ id, body }) => [id, body]));
  const known = new Set(operations.map(({ body }) => canonical(parse(body))));
  const decided = new LRUCache<string, boolean>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (_trusted, text) => text.length + 1,
  });
  return {
    findById: (id) => byId.get(id.replace(/^sha256:/, '')) ?? null,
    isTrusted(text) {
      const before = decided.get(text);
      if (before !== undefined) return before;
      const document = tryToParse(text);
      const trusted = document !== null && known.has(canonical(document));
      decided.set(text, trusted);
      return trusted;
    },
  };
}

/** A document in the form that a manifest holds: as Apollo Client prints it, with `__typename` in each selection. */
export function canonical(document: DocumentNode): string {
  const definitions = document.definitions.toSorted((one, other) => (sortName(one) < sortName(other) ? -1 : 1));
  const withTypename = visit(
    { ...document, definitions },
    {
      SelectionSet: {
        leave(node, _key, parent) {
          const isRoot = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
          const names = node.selections.map((one) => (one.kind === Kind.FIELD ? one.name.value : ''));
          if (isRoot || names.some((name) => name.startsWith('__'))) return undefined;
          const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
          return { ...node, selections: [...node.selections, typename] };
        },
      },
    },
  );
  return print(withTypename);
}

function sortName(definition: DefinitionNode): string {
  return definition.kind === Kind.FRAGMENT_DEFINITION ? definition.name.value : '';
}

function readManifest(path: string): Manifest {
  try {
    return manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new ConfigError([`TRUSTED_DOCUMENTS: ${path} is no manifest of the contract kit: ${problem}`]);
  }
}

function problemsOf(body: string, schema: GraphQLSchema): string[] {
  try {
    return validate(schema, parse(body)).map(({ message }) => message);
  } catch (error) {
    if (error instanceof GraphQLError) return [error.message];
    throw error;
  }
}

function tryToParse(text: string): DocumentNode | null {
  try {
    return parse(text, { maxTokens: MAX_TOKENS });
  } catch {
    return null;
  }
}
