import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import {
  FetchError,
  JwkValidationError,
  JwksValidationError,
  JwtBaseError,
  JwtExpiredError,
} from 'aws-jwt-verify/error';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { LRUCache } from 'lru-cache';
import { unauthenticated } from './errors.ts';
import type { User, Users } from './users/users.ts';

/** The signed-in user. */
export type Viewer = User;

/** Who a token names, and until when, in milliseconds since 1970. */
export interface Session {
  viewer: Viewer;
  expiresAt: number;
}

export interface AuthOptions {
  issuer: string;
  jwksUri: string;
  clientId: string;
  users: Pick<Users, 'findUserByCognitoId'>;
  /** Hears whether the user of a token was known here. */
  onLookup?: ((hit: boolean) => void) | undefined;
}

/**
 * The session behind an `Authorization` header.
 *
 * @throws UNAUTHENTICATED with one of its four reasons; anything else where the keys or Postgres cannot be reached.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Session>;

interface VerifiedToken {
  sub: string;
  expiresAt: number;
}

const REMEMBERED_TOKENS = 10_000;
const REMEMBERED_VIEWERS = 10_000;
const VIEWER_LIFE_MS = 60_000;
/** After Postgres did not answer. */
const PAUSE_MS = 5000;
const FETCH_TIMEOUT_MS = 3000;

/**
 * Takes Cognito access tokens of one user pool and one client: signature, issuer, client, token use and expiry. The
 * keys are fetched when they are first needed and again when a token names an unknown one. A verified token is
 * remembered until it expires; its user for a minute, in which no SQL is made, and for as long as Postgres does not
 * answer.
 */
export function createAuthenticate({ issuer, jwksUri, clientId, users, onLookup }: AuthOptions): Authenticate {
  const verifier = JwtVerifier.create(
    {
      issuer,
      jwksUri,
      audience: null,
      customJwtCheck: ({ payload }) => {
        validateCognitoJwtFields(payload, { tokenUse: 'access', clientId });
      },
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchBytes } }) },
  );
  const verifiedTokens = new LRUCache<string, VerifiedToken>({ max: REMEMBERED_TOKENS });
  const viewers = new LRUCache<string, { viewer: Viewer; askAgainAt: number }>({ max: REMEMBERED_VIEWERS });

  async function verify(token: string): Promise<VerifiedToken> {
    const known = verifiedTokens.get(token);
    if (known) {
      if (known.expiresAt <= Date.now()) throw unauthenticated('TOKEN_EXPIRED');
      return known;
    }
    try {
      const { sub, exp } = await verifier.verify(token);
      if (typeof sub !== 'string' || typeof exp !== 'number') throw unauthenticated('TOKEN_INVALID');
      const verified = { sub, expiresAt: exp * 1000 };
      verifiedTokens.set(token, verified);
      return verified;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  async function findViewer(sub: string): Promise<Viewer | null> {
    const known = viewers.get(sub);
    const isFresh = known !== undefined && Date.now() < known.askAgainAt;
    onLookup?.(isFresh);
    if (isFresh) return known.viewer;
    try {
      const viewer = await users.findUserByCognitoId(sub);
      if (viewer) viewers.set(sub, { viewer, askAgainAt: Date.now() + VIEWER_LIFE_MS });
      else viewers.delete(sub);
      return viewer;
    } catch (error) {
      if (!known) throw error;
      viewers.set(sub, { ...known, askAgainAt: Date.now() + PAUSE_MS });
      return known.viewer;
    }
  }

  return async function authenticate(authorization) {
    const { sub, expiresAt } = await verify(bearerToken(authorization));
    const viewer = await findViewer(sub);
    if (!viewer) throw unauthenticated('USER_NOT_REGISTERED');
    return { viewer, expiresAt };
  };
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization.trim() === '') throw unauthenticated('TOKEN_MISSING');
  const [scheme, token, ...rest] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer' || rest.length > 0) throw unauthenticated('TOKEN_INVALID');
  if (token === undefined) throw unauthenticated('TOKEN_MISSING');
  return token;
}

/** The refusal for a token that cannot be taken; the error itself where the fault is not the token's. */
function refusalOf(error: unknown): unknown {
  if (error instanceof JwtExpiredError) return unauthenticated('TOKEN_EXPIRED');
  if (error instanceof FetchError || error instanceof JwksValidationError || error instanceof JwkValidationError) {
    return error;
  }
  return error instanceof JwtBaseError ? unauthenticated('TOKEN_INVALID') : error;
}

async function fetchBytes(uri: string): Promise<ArrayBuffer> {
  try {
    const response = await fetch(uri, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return await response.arrayBuffer();
  } catch (error) {
    throw new FetchError(uri, error);
  }
}
