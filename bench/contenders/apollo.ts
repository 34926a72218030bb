import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { announce } from './serve.ts';
import { createStockContext, resolvers, type StockContext, typeDefs } from './stock.ts';

const server = new ApolloServer<StockContext>({ typeDefs, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0 },
  context: () => Promise.resolve(createStockContext()),
});
announce({ url });
