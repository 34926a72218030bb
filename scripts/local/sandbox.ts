import { decodeJwt } from 'jose';
import { createEmulatorClient, signIn, type UserPool } from '../cognito/userPool.ts';
import { DEMO_PASSWORD, demoUsers } from './demo.ts';

const SPARE_SECONDS = 60;

/**
 * The headers that Sandbox is opened with: a demo user's access token, from a real sign-in with the emulator. A token
 * is used again until a minute before it expires.
 */
export function createSandboxHeaders(endpoint: string, { clientId }: UserPool): () => Promise<Record<string, string>> {
  let token: string | null = null;
  return async () => {
    if (token === null || expiresSoon(token)) {
      const cognito = createEmulatorClient(endpoint);
      token = await signIn(cognito, clientId, demoUsers.andrewbrown.email, DEMO_PASSWORD);
      cognito.destroy();
    }
    return { Authorization: `Bearer ${token}` };
  };
}

function expiresSoon(token: string): boolean {
  return (decodeJwt(token).exp ?? 0) < Date.now() / 1000 + SPARE_SECONDS;
}
