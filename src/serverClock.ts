import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Logger } from 'pino';
import { systemMicroseconds } from './messages/clock.ts';

/** The header counts whole seconds, and clocks that are kept by NTP are no further apart than this. */
const TOLERANCE_MS = 2000;

/**
 * The time in microseconds since 1970, by this machine's clock as long as it agrees with DynamoDB's within two seconds,
 * else by DynamoDB's, to within a second: the `Date` of each answer tells. So a node whose clock is wrong puts its
 * messages where the others do, as soon as it had one answer. The log says by how many milliseconds its clock is behind,
 * whenever that changes.
 */
export function followServerClock(dynamo: DynamoDBClient, logger: Pick<Logger, 'warn'>): () => number {
  let behindMs = 0;

  function observe(serverDate: number, sentAt: number, receivedAt: number): void {
    const [least, most] = [serverDate - receivedAt, serverDate + 999 - sentAt];
    const fits = (ms: number) => ms >= least - TOLERANCE_MS && ms <= most + TOLERANCE_MS;
    if (fits(behindMs)) return;
    behindMs = fits(0) ? 0 : Math.round((least + most) / 2);
    logger.warn({ behindMs }, 'the clock of this machine is not that of DynamoDB, which counts: set it by NTP');
  }

  dynamo.middlewareStack.add(
    (next) => async (call) => {
      const sentAt = Date.now();
      const answer = await next(call);
      const serverDate = dateOf(answer.response);
      if (serverDate !== null) observe(serverDate, sentAt, Date.now());
      return answer;
    },
    { step: 'deserialize', name: 'followServerClock', priority: 'low' },
  );
  return () => systemMicroseconds() + behindMs * 1000;
}

/** What the header `Date` says, in milliseconds since 1970, or null. */
function dateOf(response: unknown): number | null {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return null;
  const { headers } = response;
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return null;
  const date = Date.parse(String(headers.date));
  return Number.isNaN(date) ? null : date;
}
