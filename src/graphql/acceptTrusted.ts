import type { FastifyRequest, preHandlerHookHandler } from 'fastify';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { TrustedDocuments } from './trustedDocuments.ts';

const extensions = z.looseObject({ persistedQuery: z.looseObject({ sha256Hash: z.string() }).optional() });
const parameters = z.looseObject({
  query: z.string().nullish(),
  documentId: z.string().nullish(),
  extensions: extensions.nullish(),
});
type Parameters = z.infer<typeof parameters>;

const MALFORMED = refusal('the parameters of the request are not those of GraphQL over HTTP');

/**
 * Lets pass what names a trusted document, by its id (`documentId`, or `extensions.persistedQuery.sha256Hash` as Apollo
 * Client sends it) or by its text, and replaces the id by the text. Anything else is answered with 400 and
 * DOCUMENT_NOT_TRUSTED. Requests that name no document at all pass: GraphQL says what they lack.
 */
export function acceptTrusted(trusted: TrustedDocuments): preHandlerHookHandler {
  return (request, _reply, done) => {
    const problem = replaceId(trusted, request);
    if (problem === null) done();
    else done(new GraphQLError(problem, { extensions: { code: 'DOCUMENT_NOT_TRUSTED', http: { status: 400 } } }));
  };
}

/** Replaces the id by the text, or says why not. */
function replaceId(trusted: TrustedDocuments, request: FastifyRequest): string | null {
  const { success, data } = parameters.safeParse(parametersOf(request));
  if (!success) return MALFORMED.problem;
  if (idOf(data) == null && data.query == null) return null;
  const text = findTrusted(trusted, data);
  if (typeof text !== 'string') return text.problem;
  const extra = data.extensions && without('persistedQuery', data.extensions);
  replaceParameters(request, { ...without('documentId', data), query: text, ...(extra && { extensions: extra }) });
  return null;
}

/** The text of the trusted document that a request names, or why there is none. */
export function findTrusted(trusted: TrustedDocuments, request: object): string | { problem: string } {
  const { success, data } = parameters.safeParse(request);
  if (!success) return MALFORMED;
  const id = idOf(data);
  const text = id == null ? data.query : trusted.findById(id);
  if (text == null) return refusal(`no document has the id "${id ?? ''}"`);
  if (data.query && !trusted.isTrusted(data.query)) return refusal('the text is not one of them');
  return text;
}

function idOf({ documentId, extensions: extra }: Parameters): string | null | undefined {
  return documentId ?? extra?.persistedQuery?.sha256Hash;
}

function refusal(reason: string): { problem: string } {
  return {
    problem: `This server runs the documents of its manifest alone, and ${reason}. Have the operation added with the contract kit.`,
  };
}

function without<Fields extends object>(name: keyof Fields, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name)) as Fields;
}

function parametersOf(request: FastifyRequest): unknown {
  if (request.method !== 'GET') return request.body;
  const query = z.record(z.string(), z.unknown()).parse(request.query);
  return { ...query, extensions: parseJson(query['extensions']) };
}

function replaceParameters(request: FastifyRequest, replaced: Parameters): void {
  if (request.method !== 'GET') {
    request.body = replaced;
    return;
  }
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(replaced)) {
    search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  request.raw.url = `/graphql?${search.toString()}`;
}

function parseJson(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return text;
  }
}
