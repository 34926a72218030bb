import { type ISecurityGroup, Port, SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { Construct } from 'constructs';
import { ISOLATED } from './network.ts';

export interface Valkey {
  url: string;
  /** Lets somebody in. */
  allowFrom(caller: ISecurityGroup): void;
}

const PORT = 6379;

/** Two nodes, one of which takes over. Nothing in it has to be kept: hints, counts and copies alone. */
export function createValkey(scope: Construct, vpc: Vpc): Valkey {
  const group = new SecurityGroup(scope, 'ValkeyGroup', { vpc, allowAllOutbound: false });
  const subnets = new CfnSubnetGroup(scope, 'ValkeySubnets', {
    description: 'Where Valkey runs',
    subnetIds: vpc.selectSubnets(ISOLATED).subnetIds,
  });
  const nodes = new CfnReplicationGroup(scope, 'Valkey', {
    replicationGroupDescription: 'Live events, rate limits and caches',
    engine: 'valkey',
    engineVersion: '8.0',
    cacheNodeType: 'cache.t4g.micro',
    cacheSubnetGroupName: subnets.ref,
    securityGroupIds: [group.securityGroupId],
    port: PORT,
    clusterMode: 'disabled',
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'required',
    atRestEncryptionEnabled: true,
    autoMinorVersionUpgrade: true,
  });
  return {
    url: `rediss://${nodes.attrPrimaryEndPointAddress}:${PORT}`,
    allowFrom(caller) {
      group.connections.allowFrom(caller, Port.tcp(PORT));
    },
  };
}
