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

/** Of all remembered documents: some 60 MB, or a thousand documents of a usual size. */
const MAX_REMEMBERED_TOKENS = 100_000;
/** What the text of a document counts besides its tokens, as of long strings in it. */
const CHARACTERS_PER_TOKEN = 100;

/** The valid documents of a process. What the same text was parsed to is shared: there are thousands of subscribers. */
export function createDocuments({ schema, introspection, suggestions }: DocumentOptions): Documents {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const known = new LRUCache<string, DocumentNode>({
    maxSize: MAX_REMEMBERED_TOKENS,
    sizeCalculation: ({ tokenCount = MAX_TOKENS }, text) => tokenCount + Math.ceil(text.length / CHARACTERS_PER_TOKEN),
  });

  return {
    find: (text) => known.get(text),
    read(text) {
      const document = parseWithin(text);
      if (document instanceof GraphQLError) return [document];
      // One that is found beyond them says that there are more.
      const found = validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: !suggestions });
      const faults = found.slice(0, MAX_ERRORS);
      if (faults.length > 0) return faults.map((fault) => withCode(fault, 'GRAPHQL_VALIDATION_FAILED'));
      known.set(text, document);
      return document;
    },
  };
}

/** Parses a text that keeps the limits. */
function parseWithin(text: string): DocumentNode | GraphQLError {
  try {
    const document = parse(text, { maxTokens: MAX_TOKENS });
    checkLimits(document);
    return document;
  } catch (error) {
    if (error instanceof GraphQLError) return withCode(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}
