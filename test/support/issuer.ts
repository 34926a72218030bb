import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface Claims {
  sub?: string;
  client_id?: string | undefined;
  aud?: string;
  token_use?: string;
  iss?: string;
  /** Seconds from now. */
  expiresIn?: number;
}

/** A user pool's issuer with real keys: its JWKS on http, and tokens that it signs. */
export interface Issuer {
  url: string;
  clientId: string;
  /** How often the JWKS was fetched. */
  fetches(): number;
  accessToken(claims: Claims): Promise<string>;
  /** From now on a new key signs; the JWKS has it, and no longer the old one. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  let key = await newKey('key-1');
  let rotations = 1;
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches++;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key.jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/test_pool`;
  const clientId = 'testclient';
  return {
    url,
    clientId,
    fetches: () => fetches,
    accessToken({ expiresIn = 3600, iss = url, ...claims }) {
      return new SignJWT({ client_id: clientId, token_use: 'access', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: key.kid })
        .setIssuer(iss)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
        .sign(key.privateKey);
    },
    async rotate() {
      key = await newKey(`key-${++rotations}`);
    },
    async stop() {
      if (server.listening) await close(server);
    },
  };
}

async function newKey(
  kid: string,
): Promise<{ kid: string; jwk: JWK; privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'] }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => {
      resolve();
    });
  });
}
