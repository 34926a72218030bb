import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DoubledShard {
  id: string;
  parentId?: string;
  /** Oldest first: the id of a message, or a whole record as the stream delivers it. */
  records: (string | object)[];
  /** More records may come. */
  isOpen?: boolean;
  /** Not listed any more. */
  isGone?: boolean;
}

export interface StreamCall {
  operation: string;
  shardId: string | undefined;
}

/** `trickle` answers with a byte now and then, and never ends. */
export type Fate = 'answer' | 'hang' | 'trickle' | { error: string };

/** The stream of a table, with what an emulator cannot do: shards that close, calls that fail or never end. */
export interface StreamDouble {
  url: string;
  /** May be changed at any time. */
  shards: DoubledShard[];
  /** In the order in which they came. */
  calls: StreamCall[];
  /** How many calls of GetRecords were open at once, at most. */
  mostReadsAtOnce: () => number;
  /** Decides what becomes of each call from now on. */
  onCall: (decide: (call: StreamCall) => Fate) => void;
  streamArn: () => string;
  /** Switches the stream off and on: the table has another one, and this one is still there. */
  replace: (shards: DoubledShard[]) => void;
  stop(): Promise<void>;
}

type Input = Record<string, string | undefined>;

const ARN = 'arn:aws:dynamodb:local:0:table/doubled/stream/';
const RECORDS_OF_AN_ANSWER = 1;
const SHARDS_OF_A_PAGE = 100;

export async function startStreamDouble(shards: DoubledShard[]): Promise<StreamDouble> {
  const streams = [shards];
  const calls: StreamCall[] = [];
  let decide: (call: StreamCall) => Fate = () => 'answer';
  let [reads, mostReads] = [0, 0];

  const streamArn = () => `${ARN}${streams.length - 1}`;
  const shardsOf = (arn: string | undefined) => streams[Number(arn?.slice(ARN.length))] ?? [];
  const answers: Record<string, (input: Input) => object> = {
    DescribeTable: () => ({
      Table: { LatestStreamArn: streamArn(), LatestStreamLabel: String(streams.length - 1) },
    }),
    DescribeStream({ StreamArn: arn, ExclusiveStartShardId: after }) {
      const all = shardsOf(arn).filter(({ isGone }) => !isGone);
      const start = all.findIndex(({ id }) => id === after) + 1;
      const page = all.slice(start, start + SHARDS_OF_A_PAGE);
      return {
        StreamDescription: {
          StreamLabel: arn?.slice(ARN.length),
          Shards: page.map(({ id, parentId }) => ({ ShardId: id, ParentShardId: parentId })),
          ...(start + page.length < all.length && { LastEvaluatedShardId: page.at(-1)?.id }),
        },
      };
    },
    GetShardIterator({ StreamArn: arn, ShardId: id, SequenceNumber: after }) {
      if (after === 'trimmed') throw new Error('TrimmedDataAccessException');
      return { ShardIterator: [id, after === undefined ? 0 : Number(after) + 1, arn].join('|') };
    },
    GetRecords({ ShardIterator: iterator = '' }) {
      const [id, position, arn] = iterator.split('|');
      const { records = [], isOpen = false } = shardsOf(arn).find((shard) => shard.id === id) ?? {};
      const start = Number(position);
      const next = Math.min(start + RECORDS_OF_AN_ANSWER, records.length);
      return {
        Records: records.slice(start, next).map((record, index) => rawRecord(record, start + index)),
        ...((isOpen || next < records.length) && { NextShardIterator: [id, next, arn].join('|') }),
      };
    },
  };

  function answer(operation: string, input: Input, response: ServerResponse): void {
    const call = { operation, shardId: input['ShardId'] ?? input['ShardIterator']?.split('|')[0] };
    calls.push(call);
    if (operation === 'GetRecords') {
      mostReads = Math.max(mostReads, ++reads);
      response.on('close', () => reads--);
    }
    const fate = decide(call);
    if (fate === 'hang') return;
    if (fate === 'trickle') {
      const trickle = setInterval(() => response.write(' '), 100);
      response.on('close', () => {
        clearInterval(trickle);
      });
      return;
    }
    try {
      if (fate !== 'answer') throw new Error(fate.error);
      response.end(JSON.stringify(answers[operation]?.(input) ?? {}));
    } catch (error) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: (error as Error).message, message: 'by the double' }));
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      answer(operation, JSON.parse(Buffer.concat(chunks).toString()) as Input, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shards,
    calls,
    mostReadsAtOnce: () => mostReads,
    onCall(decideNow) {
      decide = decideNow;
    },
    streamArn,
    replace(newShards) {
      streams.push(newShards);
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

/** The sequence number of a record is its place in the shard. */
function rawRecord(record: string | object, sequenceNumber: number): object {
  if (typeof record === 'object') return record;
  return {
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: String(sequenceNumber), NewImage: { message_uuid: { S: record } } },
  };
}
