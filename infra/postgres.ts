import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { InstanceClass, InstanceSize, InstanceType, type Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CaCertificate,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  ParameterGroup,
  PostgresEngineVersion,
} from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ISOLATED } from './network.ts';

export interface Postgres {
  instance: DatabaseInstance;
  /** `username`, `password` and more, as JSON. */
  secret: ISecret;
  /** Without the password. The server's certificate is checked against RDS's own authority. */
  url: string;
}

const DATABASE = 'cruddur';
const USER = 'cruddur';

/**
 * RDS for PostgreSQL in two zones: one small statement by primary key for each operation is a steady, small load, for
 * which an instance costs less than Aurora's smallest cluster. It outlives the stack.
 */
export function createPostgres(scope: Construct, vpc: Vpc): Postgres {
  const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17 });
  const secret = new Secret(scope, 'DatabaseSecret', {
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ username: USER }),
      generateStringKey: 'password',
      passwordLength: 40,
      excludePunctuation: true,
    },
  });
  const instance = new DatabaseInstance(scope, 'Database', {
    engine,
    vpc,
    vpcSubnets: ISOLATED,
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.MEDIUM),
    databaseName: DATABASE,
    credentials: Credentials.fromSecret(secret),
    parameterGroup: new ParameterGroup(scope, 'DatabaseParameters', { engine, parameters: { 'rds.force_ssl': '1' } }),
    caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
    multiAz: true,
    publiclyAccessible: false,
    allocatedStorage: 20,
    maxAllocatedStorage: 200,
    storageEncrypted: true,
    backupRetention: Duration.days(14),
    copyTagsToSnapshot: true,
    autoMinorVersionUpgrade: true,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  return {
    instance,
    secret,
    url: `postgres://${USER}@${instance.instanceEndpoint.socketAddress}/${DATABASE}?sslmode=verify-full`,
  };
}
