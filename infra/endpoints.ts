import { Aws } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { GatewayVpcEndpointAwsService, InterfaceVpcEndpointAwsService, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ISOLATED } from './network.ts';
import { indexArn, tableActions } from './rights.ts';

/** The ways to AWS that do not leave its network; those to data let through what the roles here need, and no more. */
export function createEndpoints(vpc: Vpc, { table, secret }: { table: Table; secret: ISecret }): void {
  vpc
    .addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB, subnets: [ISOLATED] })
    .addToPolicy(ofThisAccount(tableActions, [table.tableArn, indexArn(table)]));
  // Images lie in a bucket of ECR's.
  vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets: [ISOLATED] }).addToPolicy(
    new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [`arn:${Aws.PARTITION}:s3:::prod-${Aws.REGION}-starport-layer-bucket/*`],
    }),
  );
  vpc
    .addInterfaceEndpoint('SecretsManager', {
      service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      subnets: ISOLATED,
    })
    .addToPolicy(ofThisAccount(['secretsmanager:GetSecretValue'], [secret.secretArn]));
  vpc.addInterfaceEndpoint('Ecr', { service: InterfaceVpcEndpointAwsService.ECR, subnets: ISOLATED });
  vpc.addInterfaceEndpoint('EcrImages', { service: InterfaceVpcEndpointAwsService.ECR_DOCKER, subnets: ISOLATED });
  vpc.addInterfaceEndpoint('Logs', { service: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, subnets: ISOLATED });
  // For the pool's public keys alone, which are fetched without credentials: no policy could name who may.
  vpc.addInterfaceEndpoint('UserPools', { service: InterfaceVpcEndpointAwsService.COGNITO_IDP, subnets: ISOLATED });
}

/** Endpoint policies name everybody, and the account: what a role may do stands in its own policy. */
function ofThisAccount(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions,
    resources,
    conditions: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
  });
}
