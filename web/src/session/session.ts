import type { Config } from '../shared/config';

/** Who is signed in, in this browser. */
export interface Session {
  isSignedIn: () => boolean;
  /** @throws {SignInError} where the pool does not know the two. */
  signIn: (email: string, password: string) => Promise<void>;
  signOut: () => void;
  /** A token that counts for a minute at least; a new one where the last has run out, or where `fresh`. */
  accessToken: (fresh?: boolean) => Promise<string>;
  /** Calls when somebody signs in or out; returns how to stop that. */
  subscribe: (listener: () => void) => () => void;
}

export class SignInError extends Error {
  override readonly name = 'SignInError';
}

interface Tokens {
  accessToken: string;
  expiresAt: number;
}

interface AuthenticationResult {
  AccessToken: string;
  ExpiresIn: number;
  RefreshToken?: string;
}

const STORED = 'cruddur.refreshToken';
const SPARE_MS = 60_000;

/**
 * Signs in with the user pool's own API. The refresh token stays in this browser until one signs out; access tokens stay
 * in memory.
 */
export function createSession({ cognitoEndpoint, clientId }: Config): Session {
  let tokens: Tokens | null = null;
  let refreshing: Promise<Tokens> | null = null;
  const listeners = new Set<() => void>();

  function changed(): void {
    for (const listener of listeners) listener();
  }

  async function initiateAuth(flow: string, parameters: Record<string, string>): Promise<Tokens> {
    const response = await fetch(cognitoEndpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      },
      body: JSON.stringify({ AuthFlow: flow, ClientId: clientId, AuthParameters: parameters }),
    });
    const answer = (await response.json()) as { AuthenticationResult?: AuthenticationResult; message?: string };
    const result = answer.AuthenticationResult;
    if (!response.ok || !result) throw new SignInError(answer.message ?? 'The user pool did not sign you in.');
    if (result.RefreshToken !== undefined) localStorage.setItem(STORED, result.RefreshToken);
    tokens = { accessToken: result.AccessToken, expiresAt: Date.now() + result.ExpiresIn * 1000 };
    return tokens;
  }

  async function refresh(): Promise<Tokens> {
    const token = localStorage.getItem(STORED);
    if (token === null) throw new SignInError('You are signed out.');
    try {
      return await initiateAuth('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: token });
    } catch (error) {
      // A pool that cannot be reached is no reason to sign anybody out.
      if (error instanceof SignInError) signOut();
      throw error;
    }
  }

  function signOut(): void {
    localStorage.removeItem(STORED);
    tokens = null;
    changed();
  }

  return {
    isSignedIn: () => localStorage.getItem(STORED) !== null,
    async signIn(email, password) {
      await initiateAuth('USER_PASSWORD_AUTH', { USERNAME: email, PASSWORD: password });
      changed();
    },
    signOut,
    async accessToken(fresh = false) {
      if (!fresh && tokens && tokens.expiresAt > Date.now() + SPARE_MS) return tokens.accessToken;
      refreshing ??= refresh().finally(() => {
        refreshing = null;
      });
      return (await refreshing).accessToken;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
