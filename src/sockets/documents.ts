import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { LRUCache } from 'lru-cache';
import { findTrusted } from '../graphql/acceptTrusted.ts';
import { limitRules, MOST_TOKENS } from '../graphql/limits.ts';
import type { TrustedDocuments } from '../graphql/trustedDocuments.ts';

/** A valid document, and its text. */
export interface ReadDocument {
  text: string;
  document: DocumentNode;
}

export interface DocumentOptions {
  schema: GraphQLSchema;
  introspection: boolean;
  /** The only documents that may run; any may where there are none. */
  trustedDocuments?: TrustedDocuments | undefined;
}

const REMEMBERED = 500;

/**
 * Reads the document of a request by the rules of HTTP: its problems where it has any. What the same text was parsed to is
 * shared: there are thousands of subscribers.
 */
export function createReadDocument({ schema, introspection, trustedDocuments }: DocumentOptions) {
  const rules = [...specifiedRules, ...limitRules, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const known = new LRUCache<string, DocumentNode>({ max: REMEMBERED });

  return function readDocument(payload: SubscribePayload): ReadDocument | GraphQLError[] {
    const text = trustedDocuments ? findTrusted(trustedDocuments, payload) : payload.query;
    if (typeof text !== 'string') return [errorWithCode('DOCUMENT_NOT_TRUSTED', text.problem)];
    const document = known.get(text) ?? parseText(text);
    if (document instanceof GraphQLError) return [document];
    const problems = known.has(text) ? [] : validate(schema, document, rules);
    if (problems.length > 0) return problems.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    known.set(text, document);
    return { text, document };
  };
}

function parseText(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text, { maxTokens: MOST_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) return withCode(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}

export function errorWithCode(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** The error with a code where it has none. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null, originalError = null } = error;
  const extensions = { code, ...error.extensions };
  return new GraphQLError(error.message, { nodes, source, positions, path, originalError, extensions });
}
