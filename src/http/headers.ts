import type { FastifyHelmetOptions } from '@fastify/helmet';

/** In production nothing here is a page, the web client aside, which has a policy of its own; Sandbox needs to be one. */
export function headersFor(production: boolean): FastifyHelmetOptions {
  const nothing = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };
  return {
    contentSecurityPolicy: production ? nothing : false,
    strictTransportSecurity: production,
    crossOriginResourcePolicy: false,
    crossOriginOpenerPolicy: false,
  };
}
