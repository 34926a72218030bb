import { createServer } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { createYoga } from 'graphql-yoga';
import { announce } from './serve.ts';
import { createStockContext, resolvers, typeDefs } from './stock.ts';

// In JavaScript: Yoga's types change those of GraphQL's errors for the whole project.
const yoga = createYoga({ schema: makeExecutableSchema({ typeDefs, resolvers }), context: createStockContext });
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => {
  announce(server);
});
