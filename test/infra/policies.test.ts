import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { linesOf, statementsByRole } from './policies.ts';
import { propertiesOf } from './properties.ts';
import { synthesise } from './synthesise.ts';

const OF_PARTITIONS = 'dynamodb:LeadingKeys ForAllValues:StringLike';
const AND_GIVEN = 'and dynamodb:LeadingKeys Null false';

const API_ON_TABLE = [
  `Allow dynamodb:Query on Messages.Arn if ${OF_PARTITIONS} MSG#* GRP#* EVT#* ${AND_GIVEN}`,
  `Allow dynamodb:GetItem on Messages.Arn if ${OF_PARTITIONS} MSG#* IDEM#*#* HEALTH ${AND_GIVEN}`,
  `Allow dynamodb:PutItem on Messages.Arn if ${OF_PARTITIONS} MSG#* GRP#* EVT#* DM#*#* IDEM#*#* ${AND_GIVEN}`,
  `Allow dynamodb:UpdateItem on Messages.Arn if ${OF_PARTITIONS} MSG#* ${AND_GIVEN}`,
  `Allow dynamodb:DeleteItem on Messages.Arn if ${OF_PARTITIONS} EVT#* ${AND_GIVEN}`,
  'Allow dynamodb:Query on Messages.Arn/index/message-group-sk-index',
];

/** What ECS does to start a task. The token is for the registry of the account, for which IAM knows no resource. */
function startOf(task: string): string[] {
  const repository =
    'arn:<Partition>:ecr:<Region>:<AccountId>:repository/cdk-hnb659fds-container-assets-<AccountId>-<Region>';
  return [
    `Allow ecr:BatchCheckLayerAvailability on ${repository}`,
    `Allow ecr:BatchGetImage on ${repository}`,
    `Allow ecr:GetDownloadUrlForLayer on ${repository}`,
    'Allow ecr:GetAuthorizationToken on *',
    `Allow logs:CreateLogStream on ${task}Logs.Arn`,
    `Allow logs:PutLogEvents on ${task}Logs.Arn`,
    'Allow secretsmanager:GetSecretValue on DatabaseSecret',
  ];
}

/**
 * What Lambda does, in the name of the role, to put a function into a network. It tries it on all resources before there
 * is a function, and IAM knows none for what describes; so the code of the function is denied it all.
 */
function networkOf(lambda: string): string[] {
  const changes = [
    'AssignPrivateIpAddresses',
    'CreateNetworkInterface',
    'DeleteNetworkInterface',
    'UnassignPrivateIpAddresses',
  ];
  const reads = ['DescribeNetworkInterfaces', 'DescribeSubnets'];
  return [
    ...changes.map((action) => `Allow ec2:${action} on arn:<Partition>:ec2:<Region>:<AccountId>:*/*`),
    ...reads.map((action) => `Allow ec2:${action} on *`),
    ...[...changes, ...reads].map(
      (action) => `Deny ec2:${action} on * if lambda:SourceFunctionArn ArnEquals ${lambda}.Arn`,
    ),
  ];
}

function logOf(lambda: string): string[] {
  return ['CreateLogStream', 'PutLogEvents'].map((action) => `Allow logs:${action} on ${lambda}Logs.Arn`);
}

const STREAM = [
  `Allow dynamodb:Query on Messages.Arn if ${OF_PARTITIONS} GRP#* ${AND_GIVEN}`,
  `Allow dynamodb:PutItem on Messages.Arn if ${OF_PARTITIONS} GRP#* EVT#* ${AND_GIVEN}`,
  `Allow dynamodb:DeleteItem on Messages.Arn if ${OF_PARTITIONS} GRP#* EVT#* ${AND_GIVEN}`,
  'Allow dynamodb:Query on Messages.Arn/index/message-group-sk-index',
  'Allow dynamodb:DescribeStream on Messages.StreamArn',
  'Allow dynamodb:GetRecords on Messages.StreamArn',
  'Allow dynamodb:GetShardIterator on Messages.StreamArn',
  // Lists the streams of one table, so it names no single one.
  'Allow dynamodb:ListStreams on Messages.Arn/stream/*',
  'Allow sqs:SendMessage on StreamFailures.Arn',
  ...logOf('Stream'),
  ...networkOf('Stream'),
];

const MIGRATE = { MigrateRole: [], MigrateStartRole: startOf('Migrate') };

function rightsIn(template: Template): Record<string, string[]> {
  const roles = Object.entries(statementsByRole(template));
  return Object.fromEntries(roles.map(([name, statements]) => [name, statements.flatMap(linesOf)]));
}

let template: Template;
beforeAll(async () => {
  template = await synthesise();
});

describe('all that any role may do', () => {
  it('is this, where the API is a service', () => {
    expect(rightsIn(template)).toEqual({
      StreamRole: STREAM,
      ApiRole: API_ON_TABLE,
      ApiStartRole: startOf('Api'),
      ...MIGRATE,
    });
  });

  it('is this, where the API is a Lambda', async () => {
    expect(rightsIn(await synthesise({ apiOn: 'lambda' }))).toEqual({
      StreamRole: STREAM,
      ApiRole: [
        ...API_ON_TABLE,
        'Allow secretsmanager:GetSecretValue on DatabaseSecret',
        ...logOf('Api'),
        ...networkOf('Api'),
      ],
      ...MIGRATE,
    });
  });
});

describe('what others let in', () => {
  function policiesOf(type: string): string[] {
    const documents = propertiesOf(template, type, z.object({ PolicyDocument: z.unknown().optional() }));
    return documents.map(({ PolicyDocument: document }) => JSON.stringify(document ?? null));
  }

  it('names the table, the secret and the bucket of images at the endpoints to data', () => {
    const [dynamodb, s3, secrets] = policiesOf('AWS::EC2::VPCEndpoint').filter((policy) => policy !== 'null');
    expect(dynamodb).toMatch(/dynamodb:Query.*PutItem.*aws:PrincipalAccount/);
    expect(dynamodb).not.toMatch(/Scan|BatchWrite|dynamodb:\*|"Resource":"\*"/);
    expect(s3).toMatch(/s3:GetObject.*starport-layer-bucket/);
    expect(secrets).toMatch(/secretsmanager:GetSecretValue.*DatabaseSecret/);
  });

  it('refuses the queue of failures and the topic of alarms to who comes without TLS', () => {
    for (const type of ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy']) {
      expect(policiesOf(type).join()).toContain('"aws:SecureTransport":"false"');
    }
  });
});
