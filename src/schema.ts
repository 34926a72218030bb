import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { readDeclarations } from './graphql/declarations.ts';
import { DateTime } from './resolvers/dateTime.ts';
import { Message, MessageEvent } from './resolvers/message.ts';
import { MessageGroup } from './resolvers/messageGroup.ts';
import { Mutation } from './resolvers/mutation.ts';
import { Query } from './resolvers/query.ts';
import { Subscription } from './resolvers/subscription.ts';
import { User } from './resolvers/user.ts';
import type { Spans } from './telemetry/spans.ts';

/** The schema of `schema.graphql` with its resolvers; reads the file. Where there are spans, each call for a field has one. */
export function createSchema(spans?: Spans): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: { DateTime, Message, MessageEvent, MessageGroup, Mutation, Query, Subscription, User },
  });
  if (spans) traceCalls(schema, spans);
  return schema;
}

/** Gives the resolvers that may call DynamoDB a span. Those of users share one statement, which has its own. */
function traceCalls(schema: GraphQLSchema, spans: Spans): void {
  for (const [part, { dynamodbCalls }] of readDeclarations(schema).costs) {
    if (dynamodbCalls === 0 || !('resolve' in part)) continue;
    const { resolve = defaultFieldResolver, name } = part;
    part.resolve = (parent, args, context, info) =>
      spans.step(`${info.parentType.name}.${name}`, () => Promise.resolve(resolve(parent, args, context, info)));
  }
}
