import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { createAlarms } from './alarms.ts';
import { createApiFunction } from './apiFunction.ts';
import { createApiService } from './apiService.ts';
import { createEndpoints } from './endpoints.ts';
import { createLoadBalancer } from './loadBalancer.ts';
import { createMigrate } from './migrate.ts';
import { createCallerGroup, createNetwork } from './network.ts';
import type { Parameters } from './parameters.ts';
import { createPostgres } from './postgres.ts';
import { createStream } from './stream.ts';
import { createTable } from './table.ts';
import { createUserPool } from './userPool.ts';
import { createValkey } from './valkey.ts';

/** The API with everything that it stands on. */
export class CruddurStack extends Stack {
  constructor(scope: Construct, id: string, parameters: Parameters) {
    super(scope, id);
    const { certificateArn, apiOn, corsOrigins, alarmEmail, threatProtection } = parameters;
    const table = createTable(this);
    const users = createUserPool(this, threatProtection);
    const vpc = createNetwork(this);
    const postgres = createPostgres(this, vpc);
    const valkey = createValkey(this, vpc);
    createEndpoints(vpc, { table, secret: postgres.secret });
    const stream = createStream(this, { vpc, table, valkey });

    const caller = createCallerGroup(this, 'ApiGroup', vpc);
    postgres.instance.connections.allowDefaultPortFrom(caller);
    valkey.allowFrom(caller);
    const balancing = createLoadBalancer(this, vpc, certificateArn);
    const cluster = new Cluster(this, 'Cluster', { vpc });
    const options = { vpc, caller, table, postgres, valkey, users, balancing, corsOrigins };
    const api = apiOn === 'fargate' ? createApiService(this, cluster, options) : createApiFunction(this, options);

    const migrator = createCallerGroup(this, 'MigrateGroup', vpc);
    postgres.instance.connections.allowDefaultPortFrom(migrator);
    createMigrate(this, { cluster, caller: migrator, postgres });
    createAlarms(this, { table, stream, loadBalancer: balancing.loadBalancer, api, email: alarmEmail });

    new CfnOutput(this, 'LoadBalancerName', { value: balancing.loadBalancer.loadBalancerDnsName });
    new CfnOutput(this, 'UserPoolId', { value: users.pool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: users.client.userPoolClientId });
  }
}
