import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { DateTime } from './resolvers/dateTime.ts';
import { Message, MessageEvent } from './resolvers/message.ts';
import { MessageGroup } from './resolvers/messageGroup.ts';
import { Mutation } from './resolvers/mutation.ts';
import { Query } from './resolvers/query.ts';
import { Subscription } from './resolvers/subscription.ts';

/** The schema of `schema.graphql` with its resolvers; reads the file. */
export function createSchema(): GraphQLSchema {
  return makeExecutableSchema({
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: { DateTime, Message, MessageEvent, MessageGroup, Mutation, Query, Subscription },
  });
}
