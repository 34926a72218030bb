import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolRiskConfigurationAttachment,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { ThreatProtection } from './parameters.ts';

export interface UserPoolParts {
  pool: UserPool;
  client: UserPoolClient;
}

const MODES = {
  off: undefined,
  audit: StandardThreatProtectionMode.AUDIT_ONLY,
  enforced: StandardThreatProtectionMode.FULL_FUNCTION,
};

/**
 * The user pool, with the handle in `preferred_username`, and the client of the web page. It outlives the stack. It may
 * have no domain: Cognito would not answer through the endpoint in the network then.
 */
export function createUserPool(scope: Construct, threatProtection: ThreatProtection): UserPoolParts {
  const mode = MODES[threatProtection];
  const pool = new UserPool(scope, 'Users', {
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    // An address that nobody proved to own cannot take the place of the one that recovers the password.
    keepOriginal: { email: true },
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
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    featurePlan: mode === undefined ? FeaturePlan.ESSENTIALS : FeaturePlan.PLUS,
    ...(mode !== undefined && { standardThreatProtectionMode: mode }),
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
  if (threatProtection === 'enforced') createRiskConfiguration(pool);
  return { pool, client };
}

/** A password that is known to be public is refused; a sign-in at high risk needs a second factor. */
function createRiskConfiguration(pool: UserPool): void {
  new CfnUserPoolRiskConfigurationAttachment(pool, 'Risks', {
    userPoolId: pool.userPoolId,
    clientId: 'ALL',
    compromisedCredentialsRiskConfiguration: {
      eventFilter: ['SIGN_IN', 'PASSWORD_CHANGE'],
      actions: { eventAction: 'BLOCK' },
    },
    accountTakeoverRiskConfiguration: {
      actions: { highAction: { eventAction: 'MFA_REQUIRED', notify: false } },
    },
  });
}
