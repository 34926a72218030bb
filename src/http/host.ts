import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';

export interface HostOptions {
  production: boolean;
  /** Where the server listens. */
  host: string;
  corsOrigins: string[];
}

/** Whether the server answers requests for the host that a `Host` header names. */
export type IsKnownHost = (header: string | undefined) => boolean;

/**
 * In development the landing page holds a token. A page of another site could read it, if the name of that site
 * resolved to this machine (DNS rebinding). So the server answers for names that nobody else can have alone: addresses,
 * `localhost` and below, the configured host, and the hosts of pages that may call. In production it answers for all.
 */
export function createIsKnownHost({ production, host, corsOrigins }: HostOptions): IsKnownHost {
  if (production) return () => true;
  const known = new Set(['localhost', host.toLowerCase(), ...corsOrigins.map((origin) => new URL(origin).hostname)]);
  return (header) => {
    // No browser leaves it out.
    if (header === undefined) return true;
    const url = `http://${header}`;
    if (!URL.canParse(url)) return false;
    const name = new URL(url).hostname.replace(/\.$/, '');
    return known.has(name) || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0;
  };
}

/** Refuses requests for other hosts with 421. */
export function addHostCheck(app: FastifyInstance, isKnownHost: IsKnownHost): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (isKnownHost(request.headers.host)) done();
    else done(misdirected());
  });
}

function misdirected(): GraphQLError {
  const message =
    'In development the server answers for localhost and for addresses alone. ' +
    'To reach it by another name, set HOST to that name, or list its origin in CORS_ORIGINS.';
  return new GraphQLError(message, { extensions: { code: 'MISDIRECTED_REQUEST', http: { status: 421 } } });
}
