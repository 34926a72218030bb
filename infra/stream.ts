import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventSourceMapping, type IFunction, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { changesPk, groupsPk, messagesPk } from '../src/messages/keys.ts';
import { createFunction } from './function.ts';
import { createCallerGroup } from './network.ts';
import { projectorRights, streamStatements, tableStatements } from './rights.ts';
import type { Valkey } from './valkey.ts';

interface StreamOptions {
  vpc: Vpc;
  table: Table;
  valkey: Valkey;
}

export interface StreamParts {
  lambda: IFunction;
  mapping: EventSourceMapping;
  /** What was given up: where in the stream it lay, not the records. */
  failures: Queue;
}

/** The projector reads messages that are new or changed, the feed what is new in any log. */
const FILTERS = [
  filterOf('INSERT', [messagesPk(''), groupsPk(''), changesPk('')]),
  filterOf('MODIFY', [messagesPk('')]),
];

/** The stream's Lambda: a batch is tried again from the first record that failed, for half a day at most. */
export function createStream(scope: Construct, { vpc, table, valkey }: StreamOptions): StreamParts {
  const failures = new Queue(scope, 'StreamFailures', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const caller = createCallerGroup(scope, 'StreamGroup', vpc);
  valkey.allowFrom(caller);
  const lambda = createFunction(scope, 'Stream', {
    entry: 'src/stream/lambda.ts',
    files: [],
    description: 'Moves the group rows after new messages, and tells subscribers',
    vpc,
    caller,
    statements: [...tableStatements(table, projectorRights), ...streamStatements(table, failures)],
    environment: { MESSAGES_TABLE: table.tableName, REDIS_URL: valkey.url },
    memoryMB: 512,
    timeout: Duration.minutes(1),
  });
  const mapping = new EventSourceMapping(scope, 'StreamMapping', {
    target: lambda,
    eventSourceArn: String(table.tableStreamArn),
    filters: FILTERS,
    startingPosition: StartingPosition.TRIM_HORIZON,
    // A batch of a group moves its rows once, however many messages it has; subscribers wait for it a second more.
    batchSize: 1000,
    maxBatchingWindow: Duration.seconds(1),
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: 20,
    // The stream itself forgets after a day.
    maxRecordAge: Duration.hours(12),
    onFailure: new SqsDlq(failures),
    metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
  });
  return { lambda, mapping, failures };
}

function filterOf(eventName: string, prefixes: string[]): { pattern: string } {
  const pk = { S: prefixes.map((prefix) => ({ prefix })) };
  return { pattern: JSON.stringify({ eventName: [eventName], dynamodb: { Keys: { pk } } }) };
}
