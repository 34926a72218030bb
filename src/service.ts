import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { LRUCache } from 'lru-cache';
import type { DestinationStream, Logger } from 'pino';
import { createAuthenticate } from './auth.ts';
import { createDocumentClient, createDynamoDbClient, IMPATIENT } from './clients.ts';
import type { Config } from './config.ts';
import { readTrustedDocuments } from './graphql/trustedDocuments.ts';
import type { OverloadLimits } from './http/overload.ts';
import { createFeed } from './live/createFeed.ts';
import type { Feed } from './live/feed.ts';
import { followLag } from './live/projection.ts';
import { createTyping } from './live/typing.ts';
import { createMessages } from './messages/messages.ts';
import type { OnUnreadable } from './messages/rows.ts';
import { createRateLimit } from './rateLimit.ts';
import { createImpatientRedis } from './redis.ts';
import { createSchema } from './schema.ts';
import { createServer, type Server } from './server.ts';
import { followServerClock } from './serverClock.ts';
import { bufferedOutput, createLogger, prettyOutput } from './telemetry/logger.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { countCalls, countStatements } from './telemetry/trace.ts';
import { cacheUsers } from './users/cache.ts';
import { createPool } from './users/pool.ts';
import { prepareStatements } from './users/prepared.ts';
import { createRedisCache } from './users/redisCache.ts';
import { createRelations } from './users/relations.ts';
import { createSettings } from './users/settings.ts';
import { createUsers, type Sql } from './users/users.ts';
import type { WebOptions } from './web.ts';

/** The server with all its clients, which does not listen. */
export interface Service extends Server {
  logger: Logger;
  /** Where what is counted is served from, by whoever listens. */
  metrics: Metrics | undefined;
  /** Closes the server and every connection of its clients. */
  close: () => Promise<void>;
}

export interface RunningService {
  /** Where GraphQL is, for example `http://localhost:4000/graphql`. */
  url: string;
  /** The port of `/metrics`, where it is served. */
  metricsPort: number | undefined;
  logger: Logger;
  /** Takes no new work, lets open requests finish (10 s at most), and closes every connection. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** What Sandbox sends along, in development. */
  sandboxHeaders?: () => Promise<Record<string, string>>;
  /** Where the log goes; standard output unless given, for a person to read in development. */
  logOutput?: DestinationStream;
  /** Where live events come from, closed by whoever made it; unless given, Redis, or nowhere without `REDIS_URL`. */
  feed?: Feed;
  /** The web client, and who may be signed in with one click; none is served unless given. */
  web?: Pick<WebOptions, 'root' | 'demoUsers'> | null;
  /** Other limits than those of production, for tests. */
  overloadLimits?: Partial<OverloadLimits>;
}

const DRAIN_MS = 10_000;

/** As `createService`, and listens. */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<RunningService> {
  const { app, drain, metrics, logger, close } = await createService(config, options);
  await app.listen({ host: config.host, port: config.port });
  const metricsServer = config.metrics && (await metrics?.listen(config.metrics.host, config.metrics.port, logger));
  return {
    url: urlOf(config.host, app.server.address()),
    metricsPort: metricsServer?.port,
    logger,
    async stop() {
      await drain(DRAIN_MS);
      await metricsServer?.close();
      await close();
    },
  };
}

/**
 * Makes the clients and the server, which any door can serve. Neither DynamoDB nor Postgres has to answer yet.
 *
 * @throws {ConfigError} where the manifest of trusted documents is not usable.
 */
export async function createService(
  config: Config,
  { sandboxHeaders, logOutput, feed: givenFeed, web, overloadLimits }: ServiceOptions = {},
): Promise<Service> {
  const { messagesTable: table, production } = config;
  const tracing = config.tracing ? (await import('./telemetry/tracing.ts')).startTracing() : undefined;
  const spans = tracing?.spans;
  const schema = createSchema(spans);
  const trustedDocuments =
    config.trustedDocuments === undefined ? undefined : readTrustedDocuments(config.trustedDocuments, schema);
  const logger = createLogger(config.logLevel, logOutput ?? (production ? bufferedOutput() : prettyOutput()), spans);
  const metrics = config.metrics && createMetrics();
  const dynamoClient = countCalls(createDynamoDbClient(config, IMPATIENT), { metrics, spans });
  const now = followServerClock(dynamoClient, logger);
  const dynamo = createDocumentClient(dynamoClient);
  const pool = createPool({
    databaseUrl: config.databaseUrl,
    size: config.databasePoolSize,
    onError: (err) => {
      logger.warn({ err }, 'lost an idle connection to Postgres');
    },
  });
  const sql = countStatements(prepareStatements(pool), { metrics, spans });
  const { users, closeCache } = openUsers(sql, config, metrics);
  const feed = givenFeed ?? createFeed(config.redisUrl, logger);
  const { rateLimit: pointsPerMinute, redisUrl } = config;
  const onLimit = (who: object) => {
    logger.info(who, 'over the rate limit: requests are refused, and not logged, for the rest of the minute');
  };
  const rateLimit = pointsPerMinute > 0 ? createRateLimit({ pointsPerMinute, redisUrl, onLimit }) : undefined;
  const { app, drain } = await createServer({
    ...config,
    schema,
    trustedDocuments,
    rateLimit,
    metrics,
    spans,
    logger,
    users,
    relations: createRelations(users, (err) => {
      logger.warn({ err }, 'Postgres did not answer: blocks are those last known, and no receipts are shown');
    }),
    settings: createSettings(sql),
    feed,
    projectionLag: followLag(feed),
    typing: createTyping(feed),
    messages: createMessages({
      dynamo,
      table,
      now,
      onLookup: lookupsOf('participants', metrics),
      onUnreadable: reportOnce(logger),
    }),
    authenticate: createAuthenticate({ ...config.cognito, users, onLookup: lookupsOf('viewers', metrics) }),
    sandboxHeaders,
    overloadLimits,
    web: web
      ? { ...web, cognitoEndpoint: originOf(config.cognito.issuer), clientId: config.cognito.clientId }
      : undefined,
    checks: {
      dynamodb: () => dynamo.send(new GetCommand({ TableName: table, Key: { pk: 'HEALTH', sk: 'HEALTH' } })),
      postgres: () => pool.query({ text: 'select 1', values: [] }),
    },
  });
  return {
    app,
    drain,
    metrics,
    logger,
    async close() {
      await app.close();
      if (!givenFeed) await feed.close();
      rateLimit?.close();
      closeCache();
      await pool.end();
      dynamoClient.destroy();
      await tracing?.stop();
    },
  };
}

const CACHE_TIMEOUT_MS = 20;

/** The users of Postgres, by way of a cache where the config asks for one. */
function openUsers(sql: Sql, { usersCacheSeconds, redisUrl }: Config, metrics: Metrics | undefined) {
  const users = createUsers(sql);
  if (usersCacheSeconds === 0) return { users, closeCache: () => undefined };
  const redis = redisUrl === undefined ? undefined : createImpatientRedis(redisUrl, CACHE_TIMEOUT_MS);
  const cached = cacheUsers({
    users,
    lifeMs: usersCacheSeconds * 1000,
    shared: redis && createRedisCache(redis),
    onLookup:
      metrics &&
      ((found) => {
        metrics.cacheLookups('users', found);
      }),
  });
  return { users: cached, closeCache: () => redis?.disconnect() };
}

/** Counts the lookups of a cache that is within the process. */
function lookupsOf(cache: string, metrics: Metrics | undefined): ((hit: boolean) => void) | undefined {
  return (
    metrics &&
    ((hit) => {
      metrics.cacheLookups(cache, hit ? { hits: 1 } : { misses: 1 });
    })
  );
}

/** Logs a row that cannot be read once in a while, however often it is met. */
function reportOnce(logger: Logger): OnUnreadable {
  const reported = new LRUCache<string, true>({ max: 1000, ttl: 3_600_000 });
  return (err) => {
    if (reported.has(err.message)) return;
    reported.set(err.message, true);
    logger.error({ err }, 'left out a row that cannot be read');
  };
}

/** The user pool's API is where its issuer is. */
function originOf(issuer: string): string {
  return `${new URL(issuer).origin}/`;
}

function urlOf(host: string, address: AddressInfo | string | null): string {
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host;
  const port = typeof address === 'object' ? address?.port : undefined;
  return `http://${name}:${String(port)}/graphql`;
}
