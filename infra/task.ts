import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, type DockerImageAssetProps, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { CpuArchitecture, FargateTaskDefinition, OperatingSystemFamily } from 'aws-cdk-lib/aws-ecs';
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ROOT } from './paths.ts';
import { imageStatements, logStatement, secretStatement } from './rights.ts';

interface TaskOptions {
  image: DockerImageAsset;
  secret: ISecret;
  /** What the code in the task may do. */
  statements: PolicyStatement[];
  cpu: number;
  memoryLimitMiB: number;
}

/** An image of this repository's Dockerfile, for the processors that everything here runs on. */
export function createImage(scope: Construct, id: string, options: Pick<DockerImageAssetProps, 'target'> = {}) {
  return new DockerImageAsset(scope, id, { directory: ROOT, platform: Platform.LINUX_ARM64, ...options });
}

/** A task whose two roles may do what is listed and nothing else: its code, and ECS for starting it. */
export function createTask(scope: Construct, id: string, { image, secret, statements, ...size }: TaskOptions) {
  const logGroup = new LogGroup(scope, `${id}Logs`, { retention: RetentionDays.ONE_MONTH });
  const definition = new FargateTaskDefinition(scope, `${id}Task`, {
    ...size,
    runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    taskRole: createRole(scope, `${id}Role`, statements).withoutPolicyUpdates(),
    executionRole: createRole(
      scope,
      `${id}StartRole`,
      startStatements(image.repository, logGroup, secret),
    ).withoutPolicyUpdates(),
  });
  return { definition, logGroup };
}

function startStatements(repository: IRepository, logGroup: LogGroup, secret: ISecret): PolicyStatement[] {
  return [...imageStatements(repository), logStatement(logGroup), secretStatement(secret)];
}

function createRole(scope: Construct, id: string, statements: PolicyStatement[]): Role {
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    ...(statements.length > 0 && { inlinePolicies: { Rights: new PolicyDocument({ statements }) } }),
  });
}
