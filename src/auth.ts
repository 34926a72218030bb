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
  /** From when on the viewer is looked up again. */
  askAgainAt: number;
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

type Known = Omit<Session, 'expiresAt'>;

interface VerifiedToken {
  sub: string;
  expiresAt: number;
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const REMEMBERED_TOKENS = 10_000;
const REMEMBERED_VIEWERS = 10_000;
/** Viewers who came at the same moment, as after a restart, are looked up again at different ones. */
const VIEWER_LIFE_MS = { least: 30_000, most: 54_000 };
/** After Postgres did not answer. */
const PAUSE_MS = 5000;
const FETCH_TIMEOUT_MS = 3000;

/**
 * Takes Cognito access tokens of one user pool and one client: signature, issuer, client, token use and expiry. The
 * keys are fetched when they are first needed and again when a token names an unknown one. A verified token is
 * remembered until it expires; its user for half a minute to a minute, in which no SQL is made, and for as long as
 * Postgres does not answer.
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
  const viewers = new LRUCache<string, Known>({ max: REMEMBERED_VIEWERS });
  /** Those who are looked up at present: all sockets of a user ask at the same moment. */
  const lookups = new Map<string, Promise<Known | null>>();

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

  async function findViewer(sub: string): Promise<Known | null> {
    const known = viewers.get(sub);
    const isFresh = known !== undefined && Date.now() < known.askAgainAt;
    onLookup?.(isFresh);
    if (isFresh) return known;
    const lookup = lookups.get(sub) ?? lookUp(sub, known).finally(() => lookups.delete(sub));
    lookups.set(sub, lookup);
    return lookup;
  }

  async function lookUp(sub: string, known: Known | undefined): Promise<Known | null> {
    try {
      const viewer = await users.findUserByCognitoId(sub);
      const { least, most } = VIEWER_LIFE_MS;
      const found = viewer && { viewer, askAgainAt: Date.now() + least + (most - least) * Math.random() };
      if (found) viewers.set(sub, found);
      else viewers.delete(sub);
      return found;
    } catch (error) {
      if (!known) throw error;
      const kept = { ...known, askAgainAt: Date.now() + PAUSE_MS };
      viewers.set(sub, kept);
      return kept;
    }
  }

  return async function authenticate(authorization) {
    const { sub, expiresAt } = await verify(bearerToken(authorization));
    const known = await findViewer(sub);
    if (!known) throw unauthenticated('USER_NOT_REGISTERED');
    return { ...known, expiresAt };
  };
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization.trim() === '') throw unauthenticated('TOKEN_MISSING');
  const [scheme, token, ...rest] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer' || rest.length > 0) throw unauthenticated('TOKEN_INVALID');
  if (token === undefined) throw unauthenticated('TOKEN_MISSING');
  // Said without a look at the keys, whose verifier takes longer to refuse.
  if (!JWT.test(token)) throw unauthenticated('TOKEN_INVALID');
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
