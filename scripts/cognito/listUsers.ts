import { type CognitoIdentityProviderClient, paginateListUsers } from '@aws-sdk/client-cognito-identity-provider';

/** A user of the pool. The handle is the `preferred_username`; null where the user has none. */
export interface PoolUser {
  handle: string | null;
  sub: string;
  status: string;
}

/** All users of the pool, page by page. */
export async function listPoolUsers(cognito: CognitoIdentityProviderClient, userPoolId: string): Promise<PoolUser[]> {
  const users: PoolUser[] = [];
  for await (const page of paginateListUsers({ client: cognito }, { UserPoolId: userPoolId })) {
    for (const { Attributes: attributes = [], UserStatus: status } of page.Users ?? []) {
      const valueOf = (name: string) => attributes.find(({ Name }) => Name === name)?.Value;
      users.push({ handle: valueOf('preferred_username') ?? null, sub: valueOf('sub') ?? '', status: status ?? '' });
    }
  }
  return users;
}
