import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DynamoDbCall {
  /** For example `Query` or `TransactWriteItems`. */
  operation: string;
  body: Record<string, unknown>;
}

/** What happens to a call: `pass` it on, `lose` its answer, answer with something else, or change the answer. */
export type Fate = 'pass' | 'lose' | { status: number; body: object } | { rewrite: (body: object) => object };

export interface DynamoDbProxy {
  url: string;
  /** Decides the fate of every call from now on. */
  onCall: (decide: (call: DynamoDbCall) => Fate | Promise<Fate>) => void;
  stop(): Promise<void>;
}

export const THROTTLED: Fate = {
  status: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'The level of configured provisioned throughput for the table was exceeded',
  },
};

/** Stands in front of the emulator and misbehaves as the real service can and the emulator cannot. */
export async function startDynamoDbProxy(target: string): Promise<DynamoDbProxy> {
  let decide: (call: DynamoDbCall) => Fate | Promise<Fate> = () => 'pass';
  const server = createServer((request, response) => {
    void (async () => {
      const body = await readBody(request);
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const fate = await decide({ operation, body: JSON.parse(body.toString()) as Record<string, unknown> });
      if (typeof fate === 'object' && 'status' in fate) {
        response
          .writeHead(fate.status, { 'content-type': 'application/x-amz-json-1.0' })
          .end(JSON.stringify(fate.body));
        return;
      }
      const answer = await forward(target, request, body);
      if (fate === 'lose') response.destroy();
      else if (typeof fate === 'object') {
        response
          .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
          .end(JSON.stringify(fate.rewrite(JSON.parse(answer.body.toString()) as object)));
      } else response.writeHead(answer.status, answer.headers).end(answer.body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onCall(next) {
      decide = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forward(target: string, { headers, method, url }: IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const outgoing = httpRequest(new URL(url ?? '/', target), { method, headers }, (answer) => {
      readBody(answer).then((bytes) => {
        resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: bytes });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
