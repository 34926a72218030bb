import { randomUUID } from 'node:crypto';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { acceptTrusted } from './acceptTrusted.ts';
import { type ApolloOptions, createApollo } from './apollo.ts';
import { type ContextOptions, createContext } from './context.ts';
import { errorAnswer } from './errors.ts';
import { addHealth, type Checks } from './health.ts';
import { runTraced, type Trace } from './trace.ts';
import type { TrustedDocuments } from './trustedDocuments.ts';

export interface ServerOptions extends ContextOptions, ApolloOptions {
  corsOrigins: string[];
  checks: Checks;
  /** The only documents that may run; any may where there are none. */
  trustedDocuments?: TrustedDocuments | undefined;
}

export interface Server {
  app: FastifyInstance;
  /**
   * From now on `/health/ready` answers 503, and every connection is closed after its answer. Resolves when no
   * request is open, or after `timeoutMs`.
   */
  drain: (timeoutMs: number) => Promise<void>;
}

declare module 'fastify' {
  interface FastifyRequest {
    trace: Trace;
  }
}

const LARGEST_REQUEST_BYTES = 100_000;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The HTTP server: GraphQL on `/graphql`, health on `/health`. Ready to listen on return, and never listens. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: LARGEST_REQUEST_BYTES,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    forceCloseConnections: true,
  });
  const { drain, isStopping } = addDrain(app);
  addTrace(app, options.logger);
  addErrorAnswers(app);
  await app.register(cors, { origin: options.corsOrigins, maxAge: 600, exposedHeaders: ['x-request-id'] });
  addHealth(app, options.checks, isStopping);
  await addGraphQL(app, options);
  return { app, drain };
}

async function addGraphQL(app: FastifyInstance, options: ServerOptions): Promise<void> {
  const apollo = createApollo(options);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  const contextOf = createContext(options);
  const handle = fastifyApolloHandler(apollo, { context: (request) => contextOf(request.headers.authorization) });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    preHandler: options.trustedDocuments ? [acceptTrusted(options.trustedDocuments)] : [],
    handler: (request, reply) => runTraced(request.trace, async () => handle.call(app, request, reply)),
  });
}

/** Gives every request its trace, and writes it as the request's one line in the log. */
function addTrace(app: FastifyInstance, logger: Logger): void {
  app.decorateRequest('trace');
  app.addHook('onRequest', (request, reply, done) => {
    request.trace = { requestId: request.id, dynamodbCalls: 0, readUnits: 0, writeUnits: 0, sqlStatements: 0 };
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const [path] = request.url.split('?');
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    logger.info({ ...request.trace, method: request.method, path, status: reply.statusCode, durationMs }, 'request');
    done();
  });
}

/** What goes wrong before GraphQL sees the request answers in the shape of a GraphQL answer. */
function addErrorAnswers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
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
