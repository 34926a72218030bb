import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Balancing } from './loadBalancer.ts';
import type { Postgres } from './postgres.ts';
import type { Threshold } from './threshold.ts';
import type { UserPoolParts } from './userPool.ts';
import type { Valkey } from './valkey.ts';

/** What the API stands on, whatever it runs on. */
export interface ApiOptions {
  vpc: Vpc;
  caller: SecurityGroup;
  table: Table;
  postgres: Postgres;
  valkey: Valkey;
  users: UserPoolParts;
  balancing: Balancing;
  corsOrigins: string[];
}

export interface Api {
  /** When what it runs on needs somebody. */
  thresholds: Threshold[];
}

/** The environment of the API, which is the same whatever it runs on. */
export function apiEnvironment({ table, postgres, valkey, users, corsOrigins }: ApiOptions): Record<string, string> {
  return {
    MESSAGES_TABLE: table.tableName,
    DATABASE_URL: postgres.url,
    REDIS_URL: valkey.url,
    COGNITO_USER_POOL_ID: users.pool.userPoolId,
    COGNITO_CLIENT_ID: users.client.userPoolClientId,
    TRUSTED_PROXIES: '1',
    ...(corsOrigins.length > 0 && { CORS_ORIGINS: corsOrigins.join(',') }),
  };
}
