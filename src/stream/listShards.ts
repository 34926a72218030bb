import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb-streams';
import { pause, within } from './deadline.ts';
import { MAX_CALL_MS } from './shard.ts';

export interface Stream {
  arn: string;
  /** The end of the ARN; an emulator may answer for one ARN with the stream of a table that was made anew. */
  label: string;
}

/** Of at most 100 shards each. */
const MAX_PAGES = 1000;
/** DynamoDB answers ten such calls a second, for all who read the stream. */
const PAGE_EVERY_MS = 100;

/**
 * The parents of all shards that the stream has now, by shard; null if the stream is gone, or another one is in its
 * place. One call for each 100 shards.
 *
 * @throws if a call fails, or `signal` aborts.
 */
export async function listShards(
  streams: DynamoDBStreamsClient,
  { arn, label }: Stream,
  signal: AbortSignal,
): Promise<Map<string, string | undefined> | null> {
  const parents = new Map<string, string | undefined>();
  let start: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const command = new DescribeStreamCommand({ StreamArn: arn, ExclusiveStartShardId: start });
    const stream = await within(MAX_CALL_MS, signal, (abortSignal) => streams.send(command, { abortSignal })).then(
      ({ StreamDescription: description }) => description,
      (error: unknown) => {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      },
    );
    if (stream?.StreamLabel !== label) return null;
    for (const { ShardId: id, ParentShardId: parentId } of stream.Shards ?? []) {
      if (id !== undefined) parents.set(id, parentId);
    }
    start = stream.LastEvaluatedShardId;
    if (start === undefined) return parents;
    await pause(PAGE_EVERY_MS, signal);
  }
  throw new Error(`The stream ${arn} has more than ${MAX_PAGES} pages of shards`);
}
