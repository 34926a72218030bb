import { type DocumentNode, execute, type GraphQLSchema } from 'graphql';

/** An operation and the `data` that a server answered it with. */
export interface Answered {
  document: DocumentNode;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
  data: unknown;
}

/**
 * What in an answer is not as the schema promises, each as a sentence; none where it conforms. The operation is
 * executed again, upon the answer itself: every field has to be there, of its type, and nothing besides.
 */
export async function nonconformities(schema: GraphQLSchema, answered: Answered): Promise<string[]> {
  const { document, operationName, variables, data } = answered;
  const again = await execute({
    schema,
    document,
    rootValue: data,
    variableValues: variables,
    ...(operationName !== undefined && { operationName }),
    fieldResolver: (source: Record<string, unknown>, _args, _context, { path }) => source[path.key],
    typeResolver: ({ __typename: name }: { __typename?: string }) => name,
  });
  const problems = (again.errors ?? []).map(({ message, path }) => `${path?.join('.') ?? 'data'}: ${message}`);
  if (problems.length > 0) return problems;
  const conforms = JSON.stringify(again.data) === JSON.stringify(data);
  return conforms
    ? []
    : ['data: has fields that were not asked for, lacks some that were, or has them in another order'];
}
