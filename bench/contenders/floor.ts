import { createServer } from 'node:http';
import { answerPage, readPage } from './page.ts';
import { announce } from './serve.ts';
import { createStockContext, resolvers } from './stock.ts';

/** Bare node:http, the stock SDK and one SQL statement. */
const server = createServer((request, response) => {
  void readPage(request).then(async ({ messageGroupId, first }) => {
    const { nodes, pageInfo } = await resolvers.Query.messages(null, { messageGroupId, first });
    const context = createStockContext();
    const senders = await Promise.all(nodes.map((row) => resolvers.Message.sender(row, null, context)));
    answerPage(response, nodes, senders, pageInfo);
  });
});
server.listen(0, '127.0.0.1', () => {
  announce(server);
});
