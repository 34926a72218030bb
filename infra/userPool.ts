import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRecovery, ClientAttributes, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';

export interface UserPoolParts {
  pool: UserPool;
  client: UserPoolClient;
}

/**
 * The user pool, with the handle in `preferred_username`, and the client of the web page. It outlives the stack. It may
 * have no domain: Cognito would not answer through the endpoint in the network then.
 */
export function createUserPool(scope: Construct): UserPoolParts {
  const pool = new UserPool(scope, 'Users', {
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    standardAttributes: { email: { required: true }, preferredUsername: {}, fullname: {} },
    // Users are linked with those in Postgres by handle: who could sign up could take anybody's.
    selfSignUpEnabled: false,
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: false,
      tempPasswordValidity: Duration.days(3),
    },
    mfa: Mfa.OFF,
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const client = pool.addClient('Web', {
    // The page sends the password to Cognito itself, over TLS.
    authFlows: { userPassword: true },
    disableOAuth: true,
    generateSecret: false,
    // Not the handle: see above.
    writeAttributes: new ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
  });
  return { pool, client };
}
