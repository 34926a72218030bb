import { beforeAll, describe, expect, it } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { nameOf } from './policies.ts';
import { propertiesOf } from './properties.ts';
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

const reference = z.unknown().transform(nameOf);

describe('the parameters', () => {
  it('are refused by name, all at once, where they are malformed', async () => {
    const context = {
      certificateArn: 'none',
      apiOn: 'servers',
      corsOrigins: 'http://cruddur.com',
      alarmEmail: 'ops',
      threatProtection: 'on',
    };
    const problems = [
      '  certificateArn: expected the ARN of a certificate in ACM',
      '  apiOn: expected fargate or lambda',
      '  corsOrigins.0: expected origins such as https://cruddur.com',
      '  alarmEmail: expected an e-mail address',
      '  threatProtection: expected off, audit or enforced',
    ];
    await expect(synthesise(context)).rejects.toThrow(problems.join('\n'));
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
    const named = z.object({ Name: z.string(), Value: reference });
    const secret = z.object({ Name: z.string(), ValueFrom: reference });
    const container = z.object({ Name: z.string(), Environment: z.array(named), Secrets: z.array(secret) });
    const tasks = propertiesOf(
      template,
      'AWS::ECS::TaskDefinition',
      z.object({ ContainerDefinitions: z.array(container) }),
    );
    const api = tasks.flatMap((task) => task.ContainerDefinitions).find(({ Name }) => Name === 'api');
    const environment = Object.fromEntries(api?.Environment.map(({ Name, Value }) => [Name, Value]) ?? []);
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
    expect(api?.Secrets).toEqual([
      { Name: 'DATABASE_PASSWORD', ValueFrom: expect.stringMatching(/^DatabaseSecret.*:password::$/) },
    ]);
  });
});

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
    const endpoints = propertiesOf(template, 'AWS::EC2::VPCEndpoint', z.object({ ServiceName: reference }));
    const services = endpoints.map(({ ServiceName }) => ServiceName.replace(/^.*<Region>\./, ''));
    expect(services.sort()).toEqual(['cognito-idp', 'dynamodb', 'ecr.api', 'ecr.dkr', 'logs', 's3', 'secretsmanager']);
  });

  it('lets the internet reach the load balancer alone, over TLS', () => {
    const groups = propertiesOf(
      template,
      'AWS::EC2::SecurityGroup',
      z.object({ SecurityGroupIngress: z.array(z.object({ CidrIp: reference })).default([]) }),
    );
    const open = groups.filter(({ SecurityGroupIngress: rules }) => rules.some(({ CidrIp }) => CidrIp === '0.0.0.0/0'));
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

  it('lets the API and migrating reach Postgres, the API and the stream Valkey, and the load balancer the API', () => {
    const found = propertiesOf(
      template,
      'AWS::EC2::SecurityGroupIngress',
      z.object({ SourceSecurityGroupId: reference, GroupId: reference }),
    );
    const rules = found.map(({ SourceSecurityGroupId: source, GroupId: target }) =>
      [source, target].map((group) => group.split('.')[0]).join(' → '),
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

describe('the alarms', () => {
  function alarmsOf(made: Template): string[] {
    const alarm = z.object({
      MetricName: z.string(),
      Threshold: z.number(),
      Statistic: z.string().optional(),
      ExtendedStatistic: z.string().optional(),
    });
    return propertiesOf(made, 'AWS::CloudWatch::Alarm', alarm)
      .map(({ MetricName: name, Threshold: most, Statistic, ExtendedStatistic }) =>
        [name, Statistic ?? ExtendedStatistic, '>', most].join(' '),
      )
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
