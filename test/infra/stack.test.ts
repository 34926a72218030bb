import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { createTestTable } from '../support/table.ts';
import { nameOf } from './policies.ts';
import { synthesise } from './synthesise.ts';

let template: Template;
let onLambda: Template;
beforeAll(async () => {
  [template, onLambda] = await Promise.all([
    synthesise({ corsOrigins: 'https://cruddur.com', alarmEmail: 'ops@example.com' }),
    synthesise({ apiOn: 'lambda' }),
  ]);
});

function has(type: string, properties: Record<string, unknown>): void {
  template.hasResourceProperties(type, properties);
}

describe('the parameters', () => {
  it.each([
    [{ certificateArn: 'none' }, 'certificateArn: expected the ARN of a certificate in ACM'],
    [{ apiOn: 'servers' }, 'apiOn: expected fargate or lambda'],
    [{ corsOrigins: 'http://cruddur.com' }, 'corsOrigins.0: expected origins such as https://cruddur.com'],
    [{ alarmEmail: 'ops' }, 'alarmEmail: expected an e-mail address'],
  ])('%j is refused', async (context, problem) => {
    await expect(synthesise(context)).rejects.toThrow(problem);
  });
});

describe('the table', () => {
  it('is the one that schema-load makes', async () => {
    const { table, client, drop } = await createTestTable();
    const { Table: made } = await client.send(new DescribeTableCommand({ TableName: table }));
    const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    await drop();
    has('AWS::DynamoDB::Table', {
      KeySchema: made?.KeySchema,
      AttributeDefinitions: Match.arrayWith(made?.AttributeDefinitions ?? []),
      BillingMode: made?.BillingModeSummary?.BillingMode,
      GlobalSecondaryIndexes: made?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
      StreamSpecification: { StreamViewType: made?.StreamSpecification?.StreamViewType },
      TimeToLiveSpecification: { AttributeName: ttl?.AttributeName, Enabled: true },
    });
  });

  it('is protected, restored to any second, encrypted with a key of the account, and outlives the stack', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      },
    });
  });
});

describe('the stream', () => {
  it('is read from its beginning, in batches that fail by record, a bounded number of times', () => {
    has('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Messages'), 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 20,
      MaximumRecordAgeInSeconds: 12 * 60 * 60,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
      MetricsConfig: { Metrics: ['EventCount'] },
    });
  });

  it('has a Lambda on ARM in the isolated network, with a log that ends', () => {
    has('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      VpcConfig: { SubnetIds: Match.anyValue(), SecurityGroupIds: Match.anyValue() },
      LoggingConfig: { LogGroup: Match.anyValue() },
      Environment: {
        Variables: Match.objectLike({
          NODE_ENV: 'production',
          MESSAGES_TABLE: Match.anyValue(),
          REDIS_URL: Match.anyValue(),
        }),
      },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('gives up into an encrypted queue that keeps for two weeks', () => {
    has('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 24 * 60 * 60 });
  });
});

describe('the API as a service', () => {
  it('is replaced without a gap, and taken back where the new one does not start', () => {
    has('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DesiredCount: 2,
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      EnableExecuteCommand: false,
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
  });

  it('is asked whether it is ready, and has time to finish', () => {
    has('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/health/ready',
      TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: '15' }]),
    });
    has('AWS::ECS::TaskDefinition', { ContainerDefinitions: [Match.objectLike({ Name: 'api', StopTimeout: 30 })] });
  });

  it('grows with its CPU', () => {
    has('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 10 });
    has('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      },
    });
  });

  it('runs on ARM as nobody, without capabilities, on a file system that nothing can write', () => {
    has('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      ContainerDefinitions: [
        Match.objectLike({
          Name: 'api',
          User: '65532',
          ReadonlyRootFilesystem: true,
          LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
        }),
      ],
    });
  });

  it('gets the password from the secret alone, and checks the certificate of Postgres', () => {
    const [definition] = Object.values(
      template.findResources('AWS::ECS::TaskDefinition', {
        Properties: { ContainerDefinitions: [Match.objectLike({ Name: 'api' })] },
      }),
    );
    const container = (definition as ApiTask).Properties.ContainerDefinitions[0];
    const environment = Object.fromEntries(container.Environment.map(({ Name, Value }) => [Name, nameOf(Value)]));
    expect(environment).toEqual({
      NODE_ENV: 'production',
      AWS_REGION: '<Region>',
      HOST: '0.0.0.0',
      PORT: '4000',
      METRICS_PORT: '9464',
      MESSAGES_TABLE: 'Messages',
      DATABASE_URL: 'postgres://cruddur@Database.Endpoint.Address:Database.Endpoint.Port/cruddur?sslmode=verify-full',
      REDIS_URL: 'rediss://Valkey.PrimaryEndPoint.Address:6379',
      COGNITO_USER_POOL_ID: 'Users',
      COGNITO_CLIENT_ID: expect.stringContaining('Users'),
      CORS_ORIGINS: 'https://cruddur.com',
      TRUSTED_PROXIES: '1',
      NODE_EXTRA_CA_CERTS: '/app/rds-ca.pem',
      NODE_OPTIONS: '--max-old-space-size=768',
    });
    expect(container.Secrets.map(({ Name, ValueFrom }) => [Name, nameOf(ValueFrom)])).toEqual([
      ['DATABASE_PASSWORD', expect.stringMatching(/^DatabaseSecret.*:password::$/)],
    ]);
  });
});

interface ApiTask {
  Properties: {
    ContainerDefinitions: [
      { Environment: { Name: string; Value: unknown }[]; Secrets: { Name: string; ValueFrom: unknown }[] },
    ];
  };
}

describe('the API as a Lambda', () => {
  it('stands behind the same load balancer, in place of the service', () => {
    onLambda.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { TargetType: 'lambda' });
    onLambda.resourceCountIs('AWS::ECS::Service', 0);
    onLambda.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Environment: {
        Variables: Match.objectLike({
          DATABASE_SECRET_ARN: Match.anyValue(),
          DATABASE_PASSWORD: Match.absent(),
          DATABASE_POOL_SIZE: '2',
          NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
        }),
      },
    });
  });
});

describe('migrating', () => {
  it('is a task of the tools image that ends', () => {
    has('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Name: 'migrate',
          Command: ['db', 'migrate', '--target', 'prod'],
          Secrets: [Match.objectLike({ Name: 'DATABASE_PASSWORD' })],
        }),
      ],
    });
  });
});

describe('the network', () => {
  it('has no way out, and ways of its own to what is needed of AWS', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    const services = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties: found }) =>
      nameOf((found as { ServiceName: unknown }).ServiceName).replace(/^.*<Region>\./, ''),
    );
    expect(services.sort()).toEqual(['cognito-idp', 'dynamodb', 'ecr.api', 'ecr.dkr', 'logs', 's3', 'secretsmanager']);
  });

  it('lets the internet reach the load balancer alone, over TLS', () => {
    const open = Object.values(template.findResources('AWS::EC2::SecurityGroup')).filter(({ Properties: found }) =>
      JSON.stringify((found as { SecurityGroupIngress?: unknown }).SecurityGroupIngress ?? '').includes('0.0.0.0/0'),
    );
    expect(open).toHaveLength(1);
    has('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: Match.stringLikeRegexp('TLS13'),
    });
    has('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect', RedirectConfig: Match.objectLike({ Protocol: 'HTTPS' }) })],
    });
  });

  it('keeps an idle socket longer than the pings that go over it', () => {
    has('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      LoadBalancerAttributes: Match.arrayWith([{ Key: 'idle_timeout.timeout_seconds', Value: '60' }]),
    });
  });
});

describe('Postgres', () => {
  it('is in two zones, encrypted, backed up, protected, and speaks TLS alone', () => {
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Retain',
      Properties: {
        Engine: 'postgres',
        MultiAZ: true,
        StorageEncrypted: true,
        BackupRetentionPeriod: 14,
        DeletionProtection: true,
        PubliclyAccessible: false,
      },
    });
    has('AWS::RDS::DBParameterGroup', { Parameters: { 'rds.force_ssl': '1' } });
  });

  it('is reached by the API and by migrating alone, and Valkey by the API and the stream', () => {
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')).map(
      ({ Properties: found }) => {
        const { GroupId, SourceSecurityGroupId } = found as { GroupId: unknown; SourceSecurityGroupId: unknown };
        return [SourceSecurityGroupId, GroupId].map((group) => nameOf(group).split('.')[0]).join(' → ');
      },
    );
    expect(rules.sort()).toEqual([
      'ApiGroup → DatabaseSecurityGroup',
      'ApiGroup → ValkeyGroup',
      'LoadBalancerSecurityGroup → ApiGroup',
      'MigrateGroup → DatabaseSecurityGroup',
      'StreamGroup → ValkeyGroup',
    ]);
  });
});

describe('Valkey', () => {
  it('is two nodes in one shard, one of which takes over, and speaks TLS alone', () => {
    has('AWS::ElastiCache::ReplicationGroup', {
      Engine: 'valkey',
      NumCacheClusters: 2,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      ClusterMode: 'disabled',
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
    });
  });
});

describe('the user pool', () => {
  it('signs in by e-mail, lets nobody sign up, and is protected', () => {
    template.hasResource('AWS::Cognito::UserPool', {
      DeletionPolicy: 'Retain',
      Properties: {
        UsernameAttributes: ['email'],
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        DeletionProtection: 'ACTIVE',
        Schema: Match.arrayWith([Match.objectLike({ Name: 'preferred_username' })]),
      },
    });
  });

  it('has no domain, with which it would not answer in the network', () => {
    template.resourceCountIs('AWS::Cognito::UserPoolDomain', 0);
  });

  it('has a client for pages, whose users cannot take another handle', () => {
    has('AWS::Cognito::UserPoolClient', {
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      GenerateSecret: false,
      WriteAttributes: ['email', 'name'],
      AccessTokenValidity: 60,
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
      AllowedOAuthFlowsUserPoolClient: false,
    });
  });
});

describe('the alarms', () => {
  function alarmsOf(made: Template): string[] {
    return Object.values(made.findResources('AWS::CloudWatch::Alarm'))
      .map(({ Properties: found }) => {
        const { MetricName, ExtendedStatistic, Statistic, Threshold } = found as Record<string, unknown>;
        return [MetricName, ExtendedStatistic ?? Statistic, '>', Threshold].map(String).join(' ');
      })
      .sort();
  }

  const shared = [
    'ApproximateNumberOfMessagesVisible Maximum > 0',
    'Errors Sum > 0',
    'FailedInvokeEventCount Sum > 0',
    'HTTPCode_ELB_5XX_Count Sum > 5',
    'HTTPCode_Target_5XX_Count Sum > 5',
    'IteratorAge Maximum > 60000',
    'ReadThrottleEvents Sum > 0',
    'ReadThrottleEvents Sum > 0',
    'WriteThrottleEvents Sum > 0',
    'WriteThrottleEvents Sum > 0',
  ];

  it('look at the stream, the API and the table', () => {
    expect(alarmsOf(template)).toEqual([...shared, 'TargetResponseTime p99 > 1'].sort());
    expect(alarmsOf(onLambda)).toEqual(
      [...shared, 'Duration p99 > 1000', 'Errors Sum > 0', 'Throttles Sum > 0'].sort(),
    );
  });

  it('reach a person', () => {
    has('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [Match.anyValue()] });
    has('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    });
  });
});
