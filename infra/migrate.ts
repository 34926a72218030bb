import { CfnOutput } from 'aws-cdk-lib';
import type { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type Cluster, ContainerImage, LogDrivers, Secret } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { ISOLATED } from './network.ts';
import type { Postgres } from './postgres.ts';
import { createImage, createTask } from './task.ts';

interface MigrateOptions {
  cluster: Cluster;
  caller: SecurityGroup;
  postgres: Postgres;
}

/** A task that migrates Postgres and ends; `MigrateCommand` among the outputs is what runs it. */
export function createMigrate(scope: Construct, { cluster, caller, postgres }: MigrateOptions): void {
  const image = createImage(scope, 'ToolsImage', { target: 'tools' });
  const { definition, logGroup } = createTask(scope, 'Migrate', {
    image,
    secret: postgres.secret,
    statements: [],
    cpu: 512,
    memoryLimitMiB: 1024,
  });
  definition.addContainer('migrate', {
    image: ContainerImage.fromDockerImageAsset(image),
    command: ['db', 'migrate', '--target', 'prod'],
    logging: LogDrivers.awsLogs({ logGroup, streamPrefix: 'migrate' }),
    environment: { DATABASE_URL: postgres.url, NODE_EXTRA_CA_CERTS: '/app/rds-ca.pem' },
    secrets: { DATABASE_PASSWORD: Secret.fromSecretsManager(postgres.secret, 'password') },
  });
  const subnets = cluster.vpc.selectSubnets(ISOLATED).subnetIds.join(',');
  const network = `awsvpcConfiguration={subnets=[${subnets}],securityGroups=[${caller.securityGroupId}]}`;
  new CfnOutput(scope, 'MigrateCommand', {
    value: [
      `aws ecs run-task --cluster ${cluster.clusterName} --task-definition ${definition.taskDefinitionArn}`,
      `--launch-type FARGATE --network-configuration '${network}'`,
    ].join(' '),
  });
}
