import { randomUUID } from 'node:crypto';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import { GraphQLError } from 'graphql';
import { contextFor, type ContextOptions } from './context.ts';
import { errorAnswer } from './errors.ts';
import { acceptTrusted } from './graphql/acceptTrusted.ts';
import { type ApolloOptions, createApollo } from './graphql/apollo.ts';
import type { TrustedDocuments } from './graphql/trustedDocuments.ts';
import { addHealth, type Checks } from './health.ts';
import { admit, type AdmitOptions } from './http/admit.ts';
import { refuse } from './http/refuse.ts';
import type { ProjectionLag } from './live/projection.ts';
import { addSockets, type Sockets, type SocketsOptions } from './sockets/sockets.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { newTrace, runInSpan, type Trace } from './telemetry/trace.ts';
import { addWeb, type WebOptions } from './web.ts';

export interface ServerOptions extends ContextOptions, ApolloOptions, AdmitOptions, Omit<SocketsOptions, 'apollo'> {
  corsOrigins: string[];
  checks: Checks;
  projectionLag: ProjectionLag;
  /** The only documents that may run; any may where there are none. */
  trustedDocuments?: TrustedDocuments | undefined;
  /** Counts operations; nobody does where there are none. */
  metrics?: Metrics | undefined;
  /** The web client; none is served where there is none. */
  web?: WebOptions | undefined;
}

export interface Server {
  app: FastifyInstance;
  /**
   * From now on `/health/ready` answers 503, every connection is closed after its answer, and sockets are told to
   * reconnect elsewhere. Resolves when no request is open and no socket, or after `timeoutMs`.
   */
  drain: (timeoutMs: number) => Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    trace: Trace;
  }
}

const LARGEST_REQUEST_BYTES = 100_000;
/** From the first byte of a request to its last. */
const SLOWEST_REQUEST_MS = 10_000;
const LOOK_FOR_SLOW_EVERY_MS = 1000;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The HTTP server: GraphQL on `/graphql`, health on `/health`. Ready to listen on return, and never listens. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: LARGEST_REQUEST_BYTES,
    requestTimeout: SLOWEST_REQUEST_MS,
    http: { headersTimeout: SLOWEST_REQUEST_MS, connectionsCheckingInterval: LOOK_FOR_SLOW_EVERY_MS },
    trustProxy: (_address, hop) => hop < options.trustedProxies,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    forceCloseConnections: true,
  });
  const { drain: drainRequests, isStopping } = addDrain(app);
  addTrace(app, options);
  addErrorAnswers(app);
  await app.register(helmet, headersFor(options.production));
  await app.register(cors, { origin: options.corsOrigins, maxAge: 600, exposedHeaders: ['x-request-id'] });
  addHealth(app, { ...options, isStopping });
  if (options.web) await addWeb(app, options.web);
  const sockets = await addGraphQL(app, options);
  return {
    app,
    async drain(timeoutMs) {
      await Promise.all([drainRequests(timeoutMs), sockets.drain(timeoutMs)]);
    },
  };
}

/** In production nothing here is a page, the web client aside, which has a policy of its own; Sandbox needs to be one. */
function headersFor(production: boolean): FastifyHelmetOptions {
  const nothing = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };
  return {
    contentSecurityPolicy: production ? nothing : false,
    strictTransportSecurity: production,
    crossOriginResourcePolicy: false,
    crossOriginOpenerPolicy: false,
  };
}

/** GraphQL over HTTP and over WebSocket, on one path. */
async function addGraphQL(app: FastifyInstance, options: ServerOptions): Promise<Sockets> {
  const apollo = createApollo(options);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  const handle = fastifyApolloHandler(apollo, {
    context: ({ caller }) => Promise.resolve(contextFor(caller, options)),
  });
  app.decorateRequest('caller');
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: admit(options),
    preHandler: options.trustedDocuments ? [acceptTrusted(options.trustedDocuments)] : [],
    handler: (request, reply) =>
      runInSpan(request.trace, async () => handle.call(app, request, reply), {
        spans: options.spans,
        headers: request.headers,
      }),
  });
  return addSockets(app.server, { ...options, apollo });
}

/** Gives every request its trace, and writes it as the request's one line in the log. */
function addTrace(app: FastifyInstance, { logger, metrics }: Pick<ServerOptions, 'logger' | 'metrics'>): void {
  app.decorateRequest('trace');
  app.addHook('onRequest', (request, reply, done) => {
    request.trace = newTrace(request.id);
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const [path] = request.url.split('?');
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    if (path === '/graphql')
      metrics?.operation(request.trace.operationName, reply.statusCode, reply.elapsedTime / 1000);
    logger.info({ ...request.trace, method: request.method, path, status: reply.statusCode, durationMs }, 'request');
    done();
  });
}

/** What goes wrong before GraphQL sees the request answers in the shape of a GraphQL answer. */
function addErrorAnswers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | GraphQLError, request, reply) => {
    if (error instanceof GraphQLError) return refuse(reply, error);
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(errorAnswer(error.message, codeOf(status)));
    const errorId = randomUUID();
    request.log.error({ err: error, errorId }, 'unexpected error');
    const message = `Something went wrong here. If it goes on, report it with the id ${errorId}.`;
    return reply.code(500).send(errorAnswer(message, 'INTERNAL_SERVER_ERROR', { errorId }));
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(errorAnswer(`There is nothing at ${request.method} ${request.url}. The API is at /graphql.`, 'NOT_FOUND')),
  );
}

function codeOf(status: number): string {
  return status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST';
}

function addDrain(app: FastifyInstance): Pick<Server, 'drain'> & { isStopping: () => boolean } {
  const open = new Set<FastifyRequest>();
  let whenIdle: (() => void) | undefined;
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.url.startsWith('/health/')) open.add(request);
    if (whenIdle) reply.header('connection', 'close');
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    open.delete(request);
    if (open.size === 0) whenIdle?.();
    done();
  });
  return {
    isStopping: () => whenIdle !== undefined,
    drain: (timeoutMs) =>
      new Promise((resolve) => {
        const timeout = setTimeout(resolve, timeoutMs);
        whenIdle = () => {
          clearTimeout(timeout);
          resolve();
        };
        if (open.size === 0) whenIdle();
      }),
  };
}

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}
