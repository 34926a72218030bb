import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The web client, as it was built, and what it has to know. */
export interface WebOptions {
  /** The folder of the built client. */
  root: string;
  /** The API of the user pool, which the client signs in with. */
  cognitoEndpoint: string;
  clientId: string;
  /** People to sign in as with one click, in development. */
  demoUsers?: { handle: string; displayName: string; email: string; password: string }[];
}

/** The client's own paths: each is the same page, which shows what the path names. */
const PAGES = ['/', '/messages', '/messages/*'];

/** The built client of `npm run build`, or null where there is none. */
export function findWebRoot(): string | null {
  const root = fileURLToPath(new URL('../dist/web', import.meta.url));
  return existsSync(join(root, 'index.html')) ? root : null;
}

/**
 * Serves the client: its pages, never cached, with a policy that lets nothing in but its own files; its files, whose
 * names change with their contents, for a year; and `/config.json`, which says how to sign in.
 */
export async function addWeb(app: FastifyInstance, { root, demoUsers = [], ...signIn }: WebOptions): Promise<void> {
  const policy = policyFor(new URL(signIn.cognitoEndpoint).origin);
  await app.register(fastifyStatic, {
    root,
    prefix: '/assets/',
    wildcard: false,
    serve: false,
  });
  const sendPage = (reply: FastifyReply) =>
    reply
      .headers({
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      })
      .sendFile('index.html', { cacheControl: false });
  for (const url of PAGES) app.get(url, (_request, reply) => sendPage(reply));
  app.get('/favicon.svg', (_request, reply) => reply.sendFile('favicon.svg', { maxAge: '1d' }));
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) =>
    reply
      .header('x-content-type-options', 'nosniff')
      .sendFile(`assets/${request.params['*']}`, { maxAge: '365d', immutable: true }),
  );
  app.get('/config.json', (_request, reply) =>
    reply.header('cache-control', 'no-cache').send({ ...signIn, demoUsers }),
  );
}

function policyFor(cognito: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${cognito}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
