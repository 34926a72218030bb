import type { IncomingMessage, ServerResponse } from 'node:http';

/** The page of messages that is asked for: the variables of the workload's query. */
export interface PageVariables {
  messageGroupId: string;
  first: number;
}

export interface Sender {
  handle: string;
}

export async function readPage(request: IncomingMessage): Promise<PageVariables> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as { variables: PageVariables };
  return variables;
}

/** Answers as the GraphQL servers do to the workload's query. */
export function answerPage(
  response: ServerResponse,
  rows: Record<string, string>[],
  senders: Sender[],
  { hasNextPage, endCursor }: { hasNextPage: boolean; endCursor: string | null },
): void {
  const nodes = rows.map((row, index) => ({
    id: row['message_uuid'],
    body: row['message'],
    createdAt: row['sk'],
    sender: { handle: senders[index]?.handle },
  }));
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ data: { messages: { nodes, pageInfo: { hasNextPage, endCursor } } } }));
}
