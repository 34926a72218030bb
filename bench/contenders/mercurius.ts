import { makeExecutableSchema } from '@graphql-tools/schema';
import { fastify } from 'fastify';
import mercurius from 'mercurius';
import { announce } from './serve.ts';
import { createStockContext, resolvers, typeDefs } from './stock.ts';

const app = fastify();
await app.register(mercurius, {
  schema: makeExecutableSchema({ typeDefs, resolvers }),
  context: createStockContext,
  jit: 1,
});
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server);
