import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { DateTime } from '../../src/resolvers/dateTime.ts';

/** The schema of `schema.graphql` without resolvers: what the contract promises, and nothing that can run. */
export function readSchema(): GraphQLSchema {
  return makeExecutableSchema({
    typeDefs: readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
    resolvers: { DateTime },
  });
}
