import { Duration } from 'aws-cdk-lib';
import { LambdaTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type { Construct } from 'constructs';
import { type Api, apiEnvironment, type ApiOptions } from './api.ts';
import { createFunction } from './function.ts';
import { apiRights, secretStatement, tableStatements } from './rights.ts';
import { p99, total } from './threshold.ts';

/** The API as a Lambda behind the same load balancer: no subscriptions, and no web client. */
export function createApiFunction(scope: Construct, options: ApiOptions): Api {
  const { vpc, caller, table, postgres, balancing } = options;
  const lambda = createFunction(scope, 'Api', {
    entry: 'src/lambda.ts',
    files: ['schema.graphql'],
    description: 'The GraphQL API',
    vpc,
    caller,
    statements: [...tableStatements(table, apiRights), secretStatement(postgres.secret)],
    environment: {
      ...apiEnvironment(options),
      DATABASE_SECRET_ARN: postgres.secret.secretArn,
      // One request at a time in each: a statement of it, and one beside.
      DATABASE_POOL_SIZE: '2',
      // Where the runtime keeps the authorities of AWS, RDS's among them.
      NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
    },
    memoryMB: 1024,
    timeout: Duration.seconds(30),
  });
  balancing.listener.addTargets('Api', { targets: [new LambdaTarget(lambda)] });
  return {
    thresholds: [
      {
        name: 'ApiSlow',
        metric: lambda.metricDuration(p99),
        above: 1000,
        meaning: 'One answer in a hundred takes more than a second (milliseconds)',
      },
      { name: 'ApiFailures', metric: lambda.metricErrors(total), above: 0, meaning: 'The Lambda did not answer' },
      {
        name: 'ApiThrottles',
        metric: lambda.metricThrottles(total),
        above: 0,
        meaning: 'Too many Lambdas run at once',
      },
    ],
  };
}
