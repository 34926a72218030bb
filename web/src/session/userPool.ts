import type { Config } from '../shared/config';
import { MAX_TIMER_MS, pause, pauseMs } from '../shared/pause';

/** The user pool's own API, as far as the client needs it. Each call ends after ten seconds. */
export interface UserPool {
  /**
   * `askCode` is called if the user has a second factor.
   * @throws {UserPoolError} if the pool does not know the two, or the code is not right.
   */
  signIn: (email: string, password: string, askCode: () => Promise<string>) => Promise<Tokens>;
  /** @throws {UserPoolError} if the pool answers with a refusal: `endsSession` says whether a retry can help. */
  refresh: (refreshToken: string) => Promise<Tokens>;
  /** Makes a refresh token worthless. Tries for two minutes, and when the network is back. Never rejects. */
  revoke: (refreshToken: string) => Promise<void>;
}

export interface Tokens {
  /** The `sub` of the access token. */
  userId: string;
  accessToken: string;
  /** In milliseconds since 1970, by the clock of this browser. */
  expiresAt: number;
  /** None if the pool goes on with the one that it was asked with. */
  refreshToken: string | null;
}

/** The pool refused what it was asked for. */
export class UserPoolError extends Error {
  override readonly name = 'UserPoolError';
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
  /** Whether the refresh token does not count any more. */
  get endsSession(): boolean {
    return SESSION_ENDS.has(this.code);
  }
}

const SESSION_ENDS = new Set([
  'NotAuthorizedException',
  'UserNotFoundException',
  'UserNotConfirmedException',
  'PasswordResetRequiredException',
  'RefreshTokenReuseException',
]);
/** The challenge for a code of an authenticator app. */
const TOTP = 'SOFTWARE_TOKEN_MFA';
const MAX_CALL_MS = 10_000;
const MAX_REVOKE_TRIES = 8;

export function createUserPool({ cognitoEndpoint, clientId }: Config): UserPool {
  async function call(target: string, input: object, init?: RequestInit): Promise<Record<string, unknown>> {
    const response = await fetch(cognitoEndpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${target}`,
      },
      body: JSON.stringify({ ClientId: clientId, ...input }),
      signal: AbortSignal.timeout(MAX_CALL_MS),
      ...init,
    });
    if (response.status >= 500) throw new Error(`The user pool answered ${response.status}`);
    // RevokeToken answers without a body.
    const answer = asRecord(JSON.parse((await response.text()) || '{}'));
    if (response.ok) return answer;
    const code = text(answer['__type']).split('#').at(-1) ?? '';
    throw new UserPoolError(text(answer['message']) || 'The user pool did not sign you in.', code);
  }

  function initiateAuth(flow: string, parameters: Record<string, string>): Promise<Record<string, unknown>> {
    return call('InitiateAuth', { AuthFlow: flow, AuthParameters: parameters });
  }

  function tokensIn(answer: Record<string, unknown>): Tokens {
    const result = asRecord(answer['AuthenticationResult']);
    const accessToken = text(result['AccessToken']);
    if (accessToken === '')
      throw new UserPoolError('The user pool did not sign you in.', text(answer['ChallengeName']));
    const { userId, lifetimeMs } = claimsOf(accessToken);
    return {
      userId,
      accessToken,
      expiresAt: Date.now() + lifetimeMs,
      refreshToken: text(result['RefreshToken']) || null,
    };
  }

  return {
    async signIn(email, password, askCode) {
      const answer = await initiateAuth('USER_PASSWORD_AUTH', { USERNAME: email, PASSWORD: password });
      if (answer['ChallengeName'] !== TOTP) return tokensIn(answer);
      const responses = { USERNAME: email, SOFTWARE_TOKEN_MFA_CODE: await askCode() };
      const session = { Session: answer['Session'], ChallengeName: TOTP, ChallengeResponses: responses };
      return tokensIn(await call('RespondToAuthChallenge', session));
    },
    refresh: async (refreshToken) =>
      tokensIn(await initiateAuth('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken })),
    async revoke(refreshToken) {
      for (let tries = 0; tries < MAX_REVOKE_TRIES; tries++) {
        try {
          // keepalive: also if the page is closed after signing out.
          await call('RevokeToken', { Token: refreshToken }, { keepalive: true });
          return;
        } catch (error) {
          if (error instanceof UserPoolError && error.code !== 'TooManyRequestsException') return;
        }
        await pause(navigator.onLine ? pauseMs(tries) : MAX_TIMER_MS);
      }
    },
  };
}

/** Whose a token is and how long it counts. Its signature is the API's to check. */
function claimsOf(token: string): { userId: string; lifetimeMs: number } {
  const payload = token.split('.')[1] ?? '';
  const claims = asRecord(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))));
  const { sub, iat, exp } = claims;
  if (typeof sub !== 'string' || sub === '' || typeof iat !== 'number' || typeof exp !== 'number') {
    throw new UserPoolError('The user pool answered with a token that this page cannot read.', '');
  }
  // By the length, not the end: the clock of this browser may be wrong.
  return { userId: sub, lifetimeMs: (exp - iat) * 1000 };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
