import { Aws } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type ApplicationLoadBalancer, HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { GROUP_INDEX } from '../src/messages/keys.ts';
import type { Api } from './api.ts';
import type { StreamParts } from './stream.ts';
import { largest, type Threshold, total } from './threshold.ts';

interface AlarmOptions {
  table: Table;
  stream: StreamParts;
  loadBalancer: ApplicationLoadBalancer;
  api: Api;
  email: string | undefined;
}

const MINUTES_LOOKED_AT = 5;
const MINUTES_AT_FAULT = 3;

/** An alarm for each threshold: above it in three minutes of five. */
export function createAlarms(scope: Construct, options: AlarmOptions): void {
  const action = new SnsAction(createTopic(scope, options.email));
  const thresholds = [...ofStream(options.stream), ...ofApi(options), ...ofTable(options.table)];
  for (const { name, metric, above, meaning } of thresholds) {
    const alarm = new Alarm(scope, `${name}Alarm`, {
      metric,
      threshold: above,
      alarmDescription: meaning,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: MINUTES_LOOKED_AT,
      datapointsToAlarm: MINUTES_AT_FAULT,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function ofStream({ lambda, mapping, failures }: StreamParts): Threshold[] {
  return [
    {
      name: 'StreamAge',
      metric: lambda.metric('IteratorAge', largest),
      above: 60_000,
      meaning: 'Group rows and live events are more than a minute late (milliseconds)',
    },
    {
      name: 'StreamErrors',
      metric: lambda.metricErrors(total),
      above: 0,
      meaning: 'The stream’s Lambda throws or runs out of time',
    },
    {
      name: 'StreamFailedBatches',
      metric: new Metric({
        ...total,
        namespace: 'AWS/Lambda',
        metricName: 'FailedInvokeEventCount',
        dimensionsMap: { EventSourceMappingUUID: mapping.eventSourceMappingId },
      }),
      above: 0,
      meaning: 'Records are tried again: see the log of the stream’s Lambda',
    },
    {
      name: 'StreamGivenUp',
      metric: failures.metricApproximateNumberOfMessagesVisible(largest),
      above: 0,
      meaning: 'Records were given up: npm run cruddur -- ddb verify --target prod --repair mends their rows',
    },
  ];
}

function ofApi({ loadBalancer: { metrics }, api }: AlarmOptions): Threshold[] {
  return [
    {
      name: 'ApiErrors',
      metric: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, total),
      above: 5,
      meaning: 'The API answers with 5xx',
    },
    {
      name: 'LoadBalancerErrors',
      metric: metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, total),
      above: 5,
      meaning: 'The load balancer finds nobody who answers',
    },
    ...api.thresholds,
  ];
}

/** On-demand tables throttle where traffic doubles within minutes, or one partition has too much of it. */
function ofTable(table: Table): Threshold[] {
  const sources: { name: string; dimensions: Record<string, string> }[] = [
    { name: 'Table', dimensions: {} },
    { name: 'Index', dimensions: { GlobalSecondaryIndexName: GROUP_INDEX } },
  ];
  return sources.flatMap(({ name, dimensions }) =>
    ['Read', 'Write'].map((kind) => ({
      name: `${name}${kind}Throttles`,
      metric: new Metric({
        ...total,
        namespace: 'AWS/DynamoDB',
        metricName: `${kind}ThrottleEvents`,
        dimensionsMap: { TableName: table.tableName, ...dimensions },
      }),
      above: 0,
      meaning: `DynamoDB refuses ${kind.toLowerCase()}s for a while`,
    })),
  );
}

function createTopic(scope: Construct, email: string | undefined): Topic {
  const topic = new Topic(scope, 'AlarmTopic', { enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  return topic;
}
