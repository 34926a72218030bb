import { randomUUID } from 'node:crypto';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { GraphQLError } from 'graphql';
import { contextFor, type ContextOptions } from './context.ts';
import { acceptTrusted } from './graphql/acceptTrusted.ts';
import { MAX_ANSWER_BYTES } from './graphql/answerSize.ts';
import { type ApolloOptions, createApollo } from './graphql/apollo.ts';
import { createPrepare } from './graphql/prepare.ts';
import type { TrustedDocuments } from './graphql/trustedDocuments.ts';
import { admit, type AdmitOptions, chargeRefused } from './http/admit.ts';
import { addDrain, type Drain } from './http/drain.ts';
import { enterOperation } from './http/enterOperation.ts';
import { addErrorAnswers } from './http/errorAnswers.ts';
import { headersFor } from './http/headers.ts';
import { addHealth, type Checks } from './http/health.ts';
import { addHostCheck, createIsKnownHost, type HostOptions } from './http/host.ts';
import { addOpenRequests, type OpenRequests } from './http/openRequests.ts';
import { createOverload, type OverloadLimits } from './http/overload.ts';
import { addRequestLog } from './http/requestLog.ts';
import { shedLoad } from './http/shedLoad.ts';
import { closeStalledConnections } from './http/stalled.ts';
import { createUnsent } from './http/unsent.ts';
import { addUnsentAnswers, ownerOf, refuseUnread } from './http/unsentAnswers.ts';
import type { ProjectionLag } from './live/projection.ts';
import { addSockets, type Sockets, type SocketsOptions } from './sockets/sockets.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { runInSpan } from './telemetry/trace.ts';
import { addWeb, type WebOptions } from './web.ts';

/** What this file makes. */
type OwnParts = 'apollo' | 'isKnownHost' | 'overload' | 'prepare' | 'stalled' | 'unsent';

export interface ServerOptions
  extends ContextOptions, Omit<ApolloOptions, OwnParts>, AdmitOptions, HostOptions, Omit<SocketsOptions, OwnParts> {
  checks: Checks;
  projectionLag: ProjectionLag;
  /** The only documents that may run; any may where there are none. */
  trustedDocuments?: TrustedDocuments | undefined;
  /** Counts operations; nobody does where there are none. */
  metrics?: Metrics | undefined;
  /** The web client; none is served where there is none. */
  web?: WebOptions | undefined;
  /** Other limits than those of production, for tests. */
  overloadLimits?: Partial<OverloadLimits> | undefined;
}

export interface Server {
  app: FastifyInstance;
  /** As `Drain`, and sockets are told to reconnect elsewhere; resolves when none is open either. */
  drain: Drain['drain'];
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
  // Of a connection that could not be accepted; the others go on.
  app.server.on('error', (err) => {
    options.logger.warn({ err }, 'a connection could not be accepted');
  });
  const isKnownHost = createIsKnownHost(options);
  const overload = createOverload(options.overloadLimits);
  app.server.maxConnections = options.maxSockets + overload.maxHttpConnections;
  const stalled = closeStalledConnections();
  const unsent = createUnsent();
  app.addHook('onClose', () => {
    overload.stop();
    stalled.stop();
  });
  const openRequests = addOpenRequests(app, stalled);
  const { drain: drainRequests, isDraining } = addDrain(app, openRequests);
  addRequestLog(app, openRequests, options);
  addUnsentAnswers(app, openRequests, { ...options, unsent });
  addErrorAnswers(app);
  addHostCheck(app, isKnownHost);
  await app.register(helmet, headersFor(options.production));
  await app.register(cors, { origin: options.corsOrigins, maxAge: 600, exposedHeaders: ['x-request-id'] });
  addHealth(app, { ...options, isDraining, isOverloaded: overload.isOverloaded });
  if (options.web) await addWeb(app, options.web);
  const sockets = await addGraphQL(app, openRequests, { ...options, isKnownHost, overload, stalled, unsent });
  return {
    app,
    async drain(timeoutMs) {
      await Promise.all([drainRequests(timeoutMs), sockets.drain(timeoutMs)]);
    },
  };
}

type GraphQLOptions = ServerOptions & Omit<SocketsOptions, 'apollo' | 'prepare'>;

/** GraphQL over HTTP and over WebSocket, on one path. */
async function addGraphQL(app: FastifyInstance, openRequests: OpenRequests, options: GraphQLOptions): Promise<Sockets> {
  const { overload, spans, trustedDocuments } = options;
  const prepare = createPrepare({ ...options, suggestions: !options.production });
  const apollo = createApollo({ ...options, prepare });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  const handle = fastifyApolloHandler(apollo, {
    context: ({ caller }) => {
      if (!caller) throw new Error('The request was not admitted');
      return Promise.resolve(contextFor(caller, options));
    },
  });
  app.decorateRequest('caller', null);
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: [
      chargeRefused(openRequests, options),
      admit(options),
      shedLoad(overload),
      refuseUnread(options, MAX_ANSWER_BYTES),
    ],
    ...(trustedDocuments && { preHandler: acceptTrusted(trustedDocuments) }),
    handler: async (request, reply) => {
      const leave = enterOperation(overload, ownerOf(request, options.trustedProxies));
      if (leave instanceof GraphQLError) throw leave;
      const run = async () => handle.call(app, request, reply);
      return runInSpan(request.trace, run, { spans, headers: request.headers }).finally(leave);
    },
    onSend: forbidStoring,
  });
  return addSockets(app.server, { ...options, apollo, prepare });
}

/** No answer may be stored by anybody on the way, whatever Apollo Server says of it. */
function forbidStoring(_request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: () => void): void {
  reply.header('cache-control', 'no-store');
  done();
}

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}
