import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  type AttributeType,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  InitiateAuthCommand,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import type { DemoUser } from '../local/demo.ts';

export interface UserPool {
  userPoolId: string;
  clientId: string;
}

const POOL = 'cruddur-local';
const CLIENT = 'cruddur-web';

/** A client for the emulator: never with the credentials or the region of the shell. */
export function createEmulatorClient(endpoint: string): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

/** The pool of this project and its app client; made where they are not there. */
export async function ensureUserPool(cognito: CognitoIdentityProviderClient): Promise<UserPool> {
  const { UserPools: pools = [] } = await cognito.send(new ListUserPoolsCommand({ MaxResults: 60 }));
  const userPoolId = pools.find(({ Name }) => Name === POOL)?.Id ?? (await createPool(cognito));
  const { UserPoolClients: clients = [] } = await cognito.send(
    new ListUserPoolClientsCommand({ UserPoolId: userPoolId, MaxResults: 60 }),
  );
  const clientId =
    clients.find(({ ClientName }) => ClientName === CLIENT)?.ClientId ?? (await createClient(cognito, userPoolId));
  return { userPoolId, clientId };
}

/** Makes the user, confirmed and with the password, where there is none with this e-mail; returns its `sub`. */
export async function ensureUser(
  cognito: CognitoIdentityProviderClient,
  userPoolId: string,
  user: DemoUser,
  password: string,
): Promise<string> {
  const known = await findAttributes(cognito, userPoolId, user.email);
  const attributes = known ?? (await createUser(cognito, userPoolId, user));
  if (!known) {
    await cognito.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: userPoolId,
        Username: user.email,
        Password: password,
        Permanent: true,
      }),
    );
  }
  return required(attributes.find(({ Name }) => Name === 'sub')?.Value, `a sub for ${user.handle}`);
}

/** Signs in as a frontend would, with the user's password; returns the access token. */
export async function signIn(
  cognito: CognitoIdentityProviderClient,
  clientId: string,
  email: string,
  password: string,
): Promise<string> {
  const { AuthenticationResult: result } = await cognito.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clientId,
      AuthParameters: { USERNAME: email, PASSWORD: password },
    }),
  );
  return required(result?.AccessToken, `an access token for ${email}`);
}

async function createPool(cognito: CognitoIdentityProviderClient): Promise<string> {
  const { UserPool: pool } = await cognito.send(
    new CreateUserPoolCommand({ PoolName: POOL, UsernameAttributes: ['email'] }),
  );
  return required(pool?.Id, 'a user pool id');
}

async function createClient(cognito: CognitoIdentityProviderClient, userPoolId: string): Promise<string> {
  const { UserPoolClient: client } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: userPoolId,
      ClientName: CLIENT,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  return required(client?.ClientId, 'a client id');
}

async function findAttributes(
  cognito: CognitoIdentityProviderClient,
  userPoolId: string,
  email: string,
): Promise<AttributeType[] | null> {
  try {
    const { UserAttributes: attributes } = await cognito.send(
      new AdminGetUserCommand({ UserPoolId: userPoolId, Username: email }),
    );
    return attributes ?? [];
  } catch (error) {
    if (error instanceof UserNotFoundException) return null;
    throw error;
  }
}

async function createUser(
  cognito: CognitoIdentityProviderClient,
  userPoolId: string,
  { email, handle, displayName }: DemoUser,
): Promise<AttributeType[]> {
  const { User: user } = await cognito.send(
    new AdminCreateUserCommand({
      UserPoolId: userPoolId,
      Username: email,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'preferred_username', Value: handle },
        { Name: 'name', Value: displayName },
      ],
    }),
  );
  return user?.Attributes ?? [];
}

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`Cognito answered without ${what}`);
  return value;
}
