import { type GraphQLSchema, OperationTypeNode, print } from 'graphql';
import { z } from 'zod';
import { CommandFailure } from '../cli/failure.ts';
import { nonconformities } from './conformance.ts';
import type { FoundOperation } from './documents.ts';
import { makeVariables, NOBODY, type StandIns, type Variables } from './variables.ts';

export interface RunResult {
  outcome: 'passed' | 'failed' | 'skipped';
  /** What was wrong, or why it was skipped. */
  notes: string[];
  milliseconds: number;
  /** What it really cost, where the server says so. */
  spent: Record<string, number> | null;
}

export interface Server {
  url: string;
  token: string | undefined;
}

const answer = z.looseObject({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.looseObject({ message: z.string(), extensions: z.looseObject({ code: z.string().optional() }).optional() }),
    )
    .optional(),
  extensions: z
    .looseObject({ cost: z.looseObject({ spent: z.record(z.string(), z.number()).optional() }).optional() })
    .optional(),
});
const ownValues = z.object({
  data: z.object({
    me: z.object({ handle: z.string() }),
    messageGroups: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
  }),
});

/** The viewer's own handle and newest message group, to ask for; those of nobody where the server does not tell them. */
export async function findStandIns(server: Server): Promise<StandIns> {
  const query = 'query ContractKit { me { handle } messageGroups(first: 1) { nodes { id } } }';
  const own = ownValues.safeParse((await post(server, { query })).body);
  if (!own.success) return NOBODY;
  const { me, messageGroups } = own.data.data;
  return { id: messageGroups.nodes[0]?.id ?? NOBODY.id, text: me.handle };
}

/**
 * Runs an operation and holds the answer against the schema. A mutation without variables of its own goes to nobody:
 * it writes nothing, and passes where the server refuses it as the schema says.
 */
export async function runOperation(
  schema: GraphQLSchema,
  server: Server,
  found: FoundOperation,
  given: Variables | undefined,
  standIns: StandIns,
): Promise<RunResult> {
  const { name, operation, document } = found;
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return skipped('subscriptions are not run');
  const isQuery = operation.operation === OperationTypeNode.QUERY;
  const variables = given ?? makeVariables(schema, found, isQuery ? standIns : NOBODY);
  const start = performance.now();
  const { status, body } = await post(server, { query: print(document), operationName: name, variables });
  const milliseconds = Math.round(performance.now() - start);
  const parsed = answer.safeParse(body);
  if (!parsed.success || (parsed.data.data === undefined && parsed.data.errors === undefined)) {
    return { outcome: 'failed', notes: [`HTTP ${status}, and no answer of GraphQL`], milliseconds, spent: null };
  }
  const { data, errors = [], extensions } = parsed.data;
  // What was made up may not be there.
  const failures = errors.filter(({ extensions: extra }) => given !== undefined || extra?.code !== 'NOT_FOUND');
  const notes = [
    ...failures.map(({ message, extensions: extra }) => `${extra?.code ?? 'no code'}: ${message}`),
    ...(data == null ? [] : await nonconformities(schema, { document, operationName: name, variables, data })),
  ];
  const spent = extensions?.cost?.spent ?? null;
  return { outcome: notes.length === 0 ? 'passed' : 'failed', notes, milliseconds, spent };
}

function skipped(note: string): RunResult {
  return { outcome: 'skipped', notes: [note], milliseconds: 0, spent: null };
}

async function post({ url, token }: Server, request: object): Promise<{ status: number; body: unknown }> {
  const response = await fetchOrFail(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-cost': '1',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}

async function fetchOrFail(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CommandFailure(`${url} cannot be reached: ${reason}`);
  }
}
