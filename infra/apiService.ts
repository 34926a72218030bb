import { Aws, Duration } from 'aws-cdk-lib';
import {
  Capability,
  type Cluster,
  ContainerImage,
  FargateService,
  LinuxParameters,
  LogDrivers,
  Secret,
} from 'aws-cdk-lib/aws-ecs';
import { ApplicationProtocol } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { type Api, apiEnvironment, type ApiOptions } from './api.ts';
import { ISOLATED } from './network.ts';
import { apiRights, tableStatements } from './rights.ts';
import { createImage, createTask } from './task.ts';
import { p99 } from './threshold.ts';

const PORT = 4000;
/** The user of the image, who is nobody. */
const NONROOT = '65532';

/** The API as a service of two to ten tasks in two zones, replaced one after the other. */
export function createApiService(scope: Construct, cluster: Cluster, options: ApiOptions): Api {
  const { caller, balancing } = options;
  const service = new FargateService(scope, 'Api', {
    cluster,
    taskDefinition: createApiTask(scope, options),
    desiredCount: 2,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    healthCheckGracePeriod: Duration.seconds(60),
    assignPublicIp: false,
    vpcSubnets: ISOLATED,
    securityGroups: [caller],
    enableExecuteCommand: false,
  });
  service
    .autoScaleTaskCount({ minCapacity: 2, maxCapacity: 10 })
    .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 50, scaleInCooldown: Duration.minutes(5) });
  balancing.listener.addTargets('Api', {
    targets: [service],
    port: PORT,
    protocol: ApplicationProtocol.HTTP,
    healthCheck: {
      path: '/health/ready',
      interval: Duration.seconds(15),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      // Longer than Postgres takes to change zones: ECS replaces tasks that are not healthy, which helps nobody then.
      unhealthyThresholdCount: 10,
    },
    // No less than the server takes to finish what it has begun.
    deregistrationDelay: Duration.seconds(15),
  });
  const slow = {
    name: 'ApiSlow',
    metric: balancing.loadBalancer.metrics.targetResponseTime(p99),
    above: 1,
    meaning: 'One answer in a hundred takes more than a second',
  };
  return { thresholds: [slow] };
}

function createApiTask(scope: Construct, options: ApiOptions) {
  const { table, postgres } = options;
  const image = createImage(scope, 'ApiImage');
  const { definition, logGroup } = createTask(scope, 'Api', {
    image,
    secret: postgres.secret,
    statements: tableStatements(table, apiRights),
    cpu: 512,
    memoryLimitMiB: 1024,
  });
  const linuxParameters = new LinuxParameters(scope, 'ApiLinux');
  linuxParameters.dropCapabilities(Capability.ALL);
  definition.addContainer('api', {
    image: ContainerImage.fromDockerImageAsset(image),
    user: NONROOT,
    readonlyRootFilesystem: true,
    linuxParameters,
    portMappings: [{ containerPort: PORT }],
    // Longer than the ten seconds that the server takes on SIGTERM.
    stopTimeout: Duration.seconds(30),
    logging: LogDrivers.awsLogs({ logGroup, streamPrefix: 'api' }),
    environment: {
      ...apiEnvironment(options),
      NODE_ENV: 'production',
      AWS_REGION: Aws.REGION,
      HOST: '0.0.0.0',
      PORT: String(PORT),
      // For a collector beside the server in the task.
      METRICS_PORT: '9464',
      NODE_EXTRA_CA_CERTS: '/app/rds-ca.pem',
      NODE_OPTIONS: '--max-old-space-size=768',
    },
    secrets: { DATABASE_PASSWORD: Secret.fromSecretsManager(postgres.secret, 'password') },
  });
  return definition;
}
