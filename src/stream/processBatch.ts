import type { Logger } from 'pino';
import type { Feed } from '../live/feed.ts';
import { publishHints } from '../live/hints.ts';
import type { Project, StreamRecord } from '../messages/projector.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { describeRecord, parseRecord } from './records.ts';

export interface BatchOptions {
  project: Project;
  /** Carries a hint for each log that grew; without a feed none is published. */
  feed?: Pick<Feed, 'publish'> | undefined;
  /** Counts the records. */
  metrics?: Pick<Metrics, 'projection'> | undefined;
  logger: Pick<Logger, 'error'>;
}

/** What became of the records that could be read, in their order. The others were logged and passed over. */
export interface Batch {
  done: StreamRecord[];
  /** The first record that could not be projected and all after it: they have to be delivered again. */
  failed: StreamRecord[];
  /** How far the projection is behind, in milliseconds: the age of the first failed record, else of the newest one. */
  lagMs: number;
}

export type ProcessBatch = (rawRecords: readonly unknown[]) => Promise<Batch>;

/**
 * What both doors do with a batch of records: project it, log what failed, then publish hints, so that whoever reads
 * after a hint finds the rows projected. Rejects only if `project` does.
 */
export function createProcessBatch({ project, feed, metrics, logger }: BatchOptions): ProcessBatch {
  function parse(raw: unknown): StreamRecord[] {
    try {
      return [parseRecord(raw)];
    } catch (err) {
      logger.error({ err, record: describeRecord(raw) }, 'passed over a stream record that cannot be read');
      return [];
    }
  }

  return async function processBatch(rawRecords) {
    const records = rawRecords.flatMap(parse);
    const { failedFrom, errors, skipped } = await project(records);
    for (const reason of skipped) logger.error({ reason }, 'skipped a stream record');
    for (const err of errors) logger.error({ err }, 'could not move the rows of a message group');
    if (feed) publishHints(feed, records);
    const done = records.slice(0, failedFrom ?? records.length);
    const failed = records.slice(done.length);
    metrics?.projection(records.length, failed.length);
    return { done, failed, lagMs: ageOfNewest(failed.length > 0 ? failed.slice(0, 1) : done) };
  };
}

/** How many milliseconds ago the newest of the records was stored; 0 if none says when. */
function ageOfNewest(records: readonly StreamRecord[]): number {
  const newest = Math.max(0, ...records.map(({ storedAt }) => storedAt));
  return newest === 0 ? 0 : Math.max(0, Date.now() - newest);
}
