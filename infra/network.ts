import { type IVpc, Peer, Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** Where everything runs but the load balancer: no route leads out of it. */
export const ISOLATED = { subnetType: SubnetType.PRIVATE_ISOLATED };

/** Two zones. The load balancer alone has public addresses, and there is no way out to the internet: no NAT gateway. */
export function createNetwork(scope: Construct): Vpc {
  return new Vpc(scope, 'Network', {
    maxAzs: 2,
    natGateways: 0,
    subnetConfiguration: [
      { name: 'LoadBalancer', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'Isolated', ...ISOLATED, cidrMask: 22 },
    ],
  });
}

/** Who calls others: reaches the endpoints of AWS, and of the rest only what lets it in. Nobody reaches it. */
export function createCallerGroup(scope: Construct, id: string, vpc: IVpc): SecurityGroup {
  const group = new SecurityGroup(scope, id, { vpc, allowAllOutbound: false });
  // Gateway endpoints keep the public addresses of their services, which no group can name without a look-up.
  group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'the endpoints of AWS in this network');
  return group;
}
