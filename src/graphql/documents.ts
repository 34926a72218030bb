import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { withCode } from '../errors.ts';
import { checkLimits, MAX_ERRORS, MAX_TOKENS } from './limits.ts';

export interface Documents {
  /** The document of a text that was valid before. */
  find(text: string): DocumentNode | undefined;
  /** Parses and validates a text, and remembers it if it is valid. Returns its first faults if it is not. */
  read(text: string): DocumentNode | GraphQLError[];
}

export interface DocumentOptions {
  schema: GraphQLSchema;
  introspection: boolean;
  /** Whether errors may name what the schema has instead of what was asked for. */
  suggestions: boolean;
}

/** Of all remembered documents, in units of some 600 bytes: 60 MB, or a thousand documents of a usual size. */
const MAX_REMEMBERED = 100_000;
/** Of any document: what is remembered of its price and its execution. */
const UNITS_OF_A_DOCUMENT = 35;
/** What the text of a document counts besides its tokens, as of long strings in it. */
const CHARACTERS_PER_UNIT = 100;

/** The valid documents of a process. What the same text was parsed to is shared: there are thousands of subscribers. */
export function createDocuments({ schema, introspection, suggestions }: DocumentOptions): Documents {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const known = new LRUCache<string, DocumentNode>({ maxSize: MAX_REMEMBERED });

  return {
    find: (text) => known.get(text),
    read(text) {
      const parsed = parseWithin(text);
      if (parsed instanceof GraphQLError) return [parsed];
      const { document, selections } = parsed;
      // One that is found beyond them says that there are more.
      const found = validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: !suggestions });
      const faults = found.slice(0, MAX_ERRORS);
      if (faults.length > 0) return faults.map((fault) => withCode(fault, 'GRAPHQL_VALIDATION_FAILED'));
      known.set(text, document, { size: unitsOf(text, document, selections) });
      return document;
    },
  };
}

/** A selection is a field that executing, pricing and compiling remember something of. */
function unitsOf(text: string, { tokenCount = MAX_TOKENS }: DocumentNode, selections: number): number {
  return UNITS_OF_A_DOCUMENT + tokenCount + selections + Math.ceil(text.length / CHARACTERS_PER_UNIT);
}

/** Parses a text that keeps the limits. */
function parseWithin(text: string): { document: DocumentNode; selections: number } | GraphQLError {
  try {
    const document = parse(text, { maxTokens: MAX_TOKENS });
    return { document, selections: checkLimits(document) };
  } catch (error) {
    if (error instanceof GraphQLError) return withCode(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}
