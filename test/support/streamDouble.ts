import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { TestTable } from './table.ts';

interface DoubledShard {
  id: string;
  parentId?: string;
  /** The ids of its messages, oldest first. All shards are closed. */
  records: string[];
}

/** A stream of several closed shards, which the emulator cannot make: it has one shard that is never closed. */
export interface StreamDouble {
  url: string;
  /** The next calls are answered with an error. */
  fail: (calls: number) => void;
  streamArnOf(table: TestTable): Promise<string>;
  stop(): Promise<void>;
}

const ONE_AT_A_TIME = 1;

export async function startStreamDouble(shards: DoubledShard[]): Promise<StreamDouble> {
  let failures = 0;
  const answers: Record<string, (input: Record<string, string>) => object> = {
    DescribeStream: ({ StreamArn: arn = '' }) => ({
      StreamDescription: {
        StreamLabel: arn.slice(arn.lastIndexOf('/') + 1),
        Shards: shards.map(({ id, parentId }) => ({ ShardId: id, ParentShardId: parentId })),
      },
    }),
    GetShardIterator({ ShardId: id, SequenceNumber: after }) {
      if (after === 'trimmed') throw new Error('TrimmedDataAccessException');
      return { ShardIterator: `${String(id)}/${after === undefined ? 0 : Number(after) + 1}` };
    },
    GetRecords({ ShardIterator: iterator = '' }) {
      const [id = '', position = '0'] = iterator.split('/');
      const records = shards.find((shard) => shard.id === id)?.records ?? [];
      const start = Number(position);
      const next = start + ONE_AT_A_TIME;
      return {
        Records: records.slice(start, next).map((messageId, index) => record(messageId, start + index)),
        ...(next < records.length && { NextShardIterator: `${id}/${next}` }),
      };
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const input = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      try {
        if (failures-- > 0) throw new Error('LimitExceededException');
        response.end(JSON.stringify(answers[operation]?.(input) ?? {}));
      } catch (error) {
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: (error as Error).message, message: 'by the double' }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail(calls) {
      failures = calls;
    },
    async streamArnOf({ client, table }) {
      const { Table: description } = await client.send(new DescribeTableCommand({ TableName: table }));
      return description?.LatestStreamArn ?? '';
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

function record(messageId: string, sequenceNumber: number) {
  return {
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: String(sequenceNumber), NewImage: { message_uuid: { S: messageId } } },
  };
}
