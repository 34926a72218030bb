import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, it } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { createTestTable } from '../support/table.ts';
import { synthesise } from './synthesise.ts';

let template: Template;
beforeAll(async () => {
  template = await synthesise();
});

function has(type: string, properties: Record<string, unknown>): void {
  template.hasResourceProperties(type, properties);
}

describe('the table', () => {
  it('is the one that schema-load makes', async () => {
    const own = await createTestTable();
    const { table, client } = own;
    const { Table: made } = await client.send(new DescribeTableCommand({ TableName: table }));
    const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    await own.drop();
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

  it('lets people have a second factor by TOTP', () => {
    has('AWS::Cognito::UserPool', { MfaConfiguration: 'OPTIONAL', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] });
  });

  it('keeps the old e-mail address until the new one is verified', () => {
    has('AWS::Cognito::UserPool', {
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    });
  });

  it('pays for no threat protection unless told so', () => {
    has('AWS::Cognito::UserPool', { UserPoolTier: 'ESSENTIALS', UserPoolAddOns: Match.absent() });
    template.resourceCountIs('AWS::Cognito::UserPoolRiskConfigurationAttachment', 0);
  });

  it('logs sign-ins at risk when told to audit them', async () => {
    const audited = await synthesise({ threatProtection: 'audit' });
    audited.hasResourceProperties('AWS::Cognito::UserPool', {
      UserPoolTier: 'PLUS',
      UserPoolAddOns: { AdvancedSecurityMode: 'AUDIT' },
    });
  });

  it('refuses published passwords and sign-ins at high risk when told to enforce it', async () => {
    const enforced = await synthesise({ threatProtection: 'enforced' });
    enforced.hasResourceProperties('AWS::Cognito::UserPool', {
      UserPoolTier: 'PLUS',
      UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
    });
    enforced.hasResourceProperties('AWS::Cognito::UserPoolRiskConfigurationAttachment', {
      ClientId: 'ALL',
      CompromisedCredentialsRiskConfiguration: {
        EventFilter: ['SIGN_IN', 'PASSWORD_CHANGE'],
        Actions: { EventAction: 'BLOCK' },
      },
      AccountTakeoverRiskConfiguration: { Actions: { HighAction: { EventAction: 'MFA_REQUIRED', Notify: false } } },
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
      RefreshTokenValidity: 43_200,
      TokenValidityUnits: Match.objectLike({ AccessToken: 'minutes', RefreshToken: 'minutes' }),
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
      AllowedOAuthFlowsUserPoolClient: false,
    });
  });
});
