import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createDynamoDbClient } from '../../src/clients.ts';
import { readDatabaseUrl, readDataDir, readTableConfig, readUserPool, type TableConfig } from '../../src/config.ts';
import { createEmulatorClient } from '../cognito/userPool.ts';
import { findRunningStack, type StackFile } from '../local/stackFile.ts';
import { CommandFailure } from './failure.ts';

export type TargetName = 'local' | 'prod';
type Environment = Record<string, string | undefined>;

/** The messages table that a command works on. */
export interface TableTarget {
  target: TargetName;
  dynamo: DynamoDBClient;
  table: string;
  /** Endpoint, account and region, for a person. */
  description: string;
}

/** The user pool that a command works on. */
export interface PoolTarget {
  cognito: CognitoIdentityProviderClient;
  userPoolId: string;
  description: string;
}

/**
 * `local`: the stack that runs on `DATA_DIR`, or the endpoint that `DYNAMODB_ENDPOINT` names; never AWS. `prod`: AWS in
 * `AWS_REGION`, or the endpoint that is named. On AWS, one call asks whose account it is.
 */
export async function openTable(target: TargetName, env: Environment): Promise<TableTarget> {
  const config = target === 'local' ? localTable(env) : readTableConfig({ ...env, NODE_ENV: 'production' });
  const place = config.dynamodbEndpoint ?? `AWS account ${await accountOf(config)}`;
  return {
    target,
    dynamo: createDynamoDbClient(config),
    table: config.messagesTable,
    description: `${target}: table ${config.messagesTable} at ${place}, region ${config.awsRegion}`,
  };
}

export function databaseOf(target: TargetName, env: Environment): { databaseUrl: string; description: string } {
  const running =
    target === 'local' && !env['DATABASE_URL'] ? runningStack(env, 'DATABASE_URL').databaseUrl : undefined;
  const databaseUrl = readDatabaseUrl({ ...env, ...(running && { DATABASE_URL: running }) });
  const { host, pathname } = new URL(databaseUrl);
  return { databaseUrl, description: `${target}: database ${pathname.slice(1)} at ${host}` };
}

export function openUserPool(target: TargetName, env: Environment): PoolTarget {
  if (target === 'local') {
    const { cognitoEndpoint, userPoolId } = runningStack(env, 'COGNITO_USER_POOL_ID with --target prod');
    if (cognitoEndpoint === null || userPoolId === null) {
      throw new CommandFailure('The stack that runs uses a user pool on AWS: use --target prod.');
    }
    const description = `local: user pool ${userPoolId} at ${cognitoEndpoint}`;
    return { cognito: createEmulatorClient(cognitoEndpoint), userPoolId, description };
  }
  const { userPoolId, awsRegion } = readUserPool(env);
  const description = `prod: user pool ${userPoolId}, region ${awsRegion}`;
  return { cognito: new CognitoIdentityProviderClient({ region: awsRegion }), userPoolId, description };
}

function localTable(env: Environment): TableConfig {
  const endpoint = env['DYNAMODB_ENDPOINT'] ?? runningStack(env, 'DYNAMODB_ENDPOINT').dynamodbEndpoint ?? undefined;
  const config = readTableConfig({ ...env, NODE_ENV: 'development', DYNAMODB_ENDPOINT: endpoint });
  if (config.credentials === undefined) {
    throw new CommandFailure('DYNAMODB_ENDPOINT names AWS: use --target prod for it.');
  }
  return config;
}

function runningStack(env: Environment, variable: string): StackFile {
  const dataDir = readDataDir(env);
  const stack = findRunningStack(dataDir);
  if (!stack) throw new CommandFailure(`No stack runs on ${dataDir}: start it with npm start, or set ${variable}.`);
  return stack;
}

async function accountOf({ awsRegion }: TableConfig): Promise<string> {
  const sts = new STSClient({ region: awsRegion });
  const { Account: account } = await sts.send(new GetCallerIdentityCommand({}));
  sts.destroy();
  return account ?? 'unknown';
}
