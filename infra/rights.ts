import { Aws } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { changesPk, GROUP_INDEX, groupsPk, idempotencyRowKey, messagesPk, pairKey } from '../src/messages/keys.ts';

/** An action on rows of the table, and the partitions that it may reach. */
interface TableRight {
  action: string;
  partitions: string[];
}

const MESSAGES = messagesPk('*');
const GROUPS = groupsPk('*');
const CHANGES = changesPk('*');
const PAIRS = pairKey('*', '*').pk;
const IDEMPOTENCY = idempotencyRowKey('*', '*').pk;
const HEALTH = 'HEALTH';

/** A transaction needs the rights of its parts; there is none of its own. */
export const apiRights: TableRight[] = [
  { action: 'dynamodb:Query', partitions: [MESSAGES, GROUPS, CHANGES] },
  { action: 'dynamodb:GetItem', partitions: [MESSAGES, IDEMPOTENCY, HEALTH] },
  { action: 'dynamodb:PutItem', partitions: [MESSAGES, GROUPS, CHANGES, PAIRS, IDEMPOTENCY] },
  { action: 'dynamodb:UpdateItem', partitions: [MESSAGES] },
  { action: 'dynamodb:DeleteItem', partitions: [CHANGES] },
];

export const projectorRights: TableRight[] = [
  { action: 'dynamodb:Query', partitions: [GROUPS] },
  { action: 'dynamodb:PutItem', partitions: [GROUPS, CHANGES] },
  { action: 'dynamodb:DeleteItem', partitions: [GROUPS, CHANGES] },
];

/** What anybody here does with the table. */
export const tableActions = [...new Set([...apiRights, ...projectorRights].map(({ action }) => action))];

export function indexArn(table: Table): string {
  return `${table.tableArn}/index/${GROUP_INDEX}`;
}

/** The rights on rows, each for its partitions alone; and the index, whose keys are ids of groups without a prefix. */
export function tableStatements(table: Table, rights: TableRight[]): PolicyStatement[] {
  const rows = rights.map(
    ({ action, partitions }) =>
      new PolicyStatement({
        actions: [action],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
          // All of no values hold: without this, a call that names no partition would pass.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
  );
  return [...rows, new PolicyStatement({ actions: ['dynamodb:Query'], resources: [indexArn(table)] })];
}

/** What an event source mapping needs of the role of its function: the stream, and the queue for what fails. */
export function streamStatements(table: Table, failures: IQueue): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [String(table.tableStreamArn)],
    }),
    // Lists the streams of one table: it names no single one.
    new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: [`${table.tableArn}/stream/*`] }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
  ];
}

export function logStatement(logs: ILogGroup): PolicyStatement {
  return new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logs.logGroupArn] });
}

export function secretStatement(secret: ISecret): PolicyStatement {
  return new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] });
}

/** What ECS needs to start a task: its image. */
export function imageStatements(repository: IRepository): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [repository.repositoryArn],
    }),
    // The token is for the registry of the account: IAM knows no resource for it.
    new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
  ];
}

const NETWORK_CHANGES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:UnassignPrivateIpAddresses',
];
const NETWORK_READS = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];

/** What Lambda needs, with the role of a function, to put that function into a network. */
export function networkStatements(): PolicyStatement[] {
  return [
    // Lambda tries these on all resources of EC2 before it makes the function.
    new PolicyStatement({
      actions: NETWORK_CHANGES,
      resources: [`arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:*/*`],
    }),
    // IAM knows no resources for these.
    new PolicyStatement({ actions: NETWORK_READS, resources: ['*'] }),
  ];
}

/** Takes `networkStatements` from the code of the function, which has the same role and no use for them. */
export function networkDenial(lambda: IFunction): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    actions: [...NETWORK_CHANGES, ...NETWORK_READS],
    resources: ['*'],
    conditions: { ArnEquals: { 'lambda:SourceFunctionArn': lambda.functionArn } },
  });
}
