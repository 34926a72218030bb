import { Duration } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type Vpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, type ApplicationListener, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';

export interface Balancing {
  loadBalancer: ApplicationLoadBalancer;
  listener: ApplicationListener;
}

/** The one door from the internet. TLS ends here; who comes without it is sent to it. */
export function createLoadBalancer(scope: Construct, vpc: Vpc, certificateArn: string): Balancing {
  const loadBalancer = new ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc,
    vpcSubnets: { subnetType: SubnetType.PUBLIC },
    internetFacing: true,
    // Five pings of a socket; and less than the server keeps a connection for.
    idleTimeout: Duration.seconds(60),
    dropInvalidHeaderFields: true,
    deletionProtection: true,
  });
  loadBalancer.addRedirect();
  const listener = loadBalancer.addListener('Https', {
    port: 443,
    certificates: [Certificate.fromCertificateArn(scope, 'Certificate', certificateArn)],
    sslPolicy: SslPolicy.RECOMMENDED_TLS,
  });
  return { loadBalancer, listener };
}
