import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DestinationStream } from 'pino';
import { createAuthenticate } from './auth.ts';
import { createDocumentClient, createDynamoDbClient } from './clients.ts';
import type { Config } from './config.ts';
import { createFeed } from './live/createFeed.ts';
import type { Feed } from './live/feed.ts';
import { createTyping } from './live/typing.ts';
import { bufferedOutput, createLogger, prettyOutput } from './logger.ts';
import { createMessages } from './messages/messages.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createRateLimit } from './rateLimit.ts';
import { createSchema } from './schema.ts';
import { createServer, type Server } from './server.ts';
import { countCalls, countStatements } from './trace.ts';
import { readTrustedDocuments } from './trustedDocuments.ts';
import { createPool } from './users/pool.ts';
import { prepareStatements } from './users/prepared.ts';
import { createRelations } from './users/relations.ts';
import { createSettings } from './users/settings.ts';
import { createUsers } from './users/users.ts';
import type { WebOptions } from './web.ts';

/** The server with all its clients, which does not listen. */
export interface Service extends Server {
  /** Where what is counted is served from, by whoever listens. */
  metrics: Metrics | undefined;
  /** Closes the server and every connection of its clients. */
  close(): Promise<void>;
}

export interface RunningService {
  /** Where GraphQL is, for example `http://localhost:4000/graphql`. */
  url: string;
  /** The port of `/metrics`, where it is served. */
  metricsPort: number | undefined;
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
}

const DRAIN_MS = 10_000;

/** As `createService`, and listens. */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<RunningService> {
  const { app, drain, metrics, close } = await createService(config, options);
  await app.listen({ host: config.host, port: config.port });
  const metricsServer = config.metrics && (await metrics?.listen(config.metrics.host, config.metrics.port));
  return {
    url: urlOf(config.host, app.server.address()),
    metricsPort: metricsServer?.port,
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
  { sandboxHeaders, logOutput, feed: givenFeed, web }: ServiceOptions = {},
): Promise<Service> {
  const { messagesTable: table, production } = config;
  const schema = createSchema();
  const trustedDocuments =
    config.trustedDocuments === undefined ? undefined : readTrustedDocuments(config.trustedDocuments, schema);
  const logger = createLogger(config.logLevel, logOutput ?? (production ? bufferedOutput() : prettyOutput()));
  const metrics = config.metrics && createMetrics();
  const dynamoClient = countCalls(createDynamoDbClient(config), metrics);
  const dynamo = createDocumentClient(dynamoClient);
  const pool = createPool(config.databaseUrl, (err) => {
    logger.warn({ err }, 'lost an idle connection to Postgres');
  });
  const sql = countStatements(prepareStatements(pool), metrics);
  const users = createUsers(sql);
  const feed = givenFeed ?? createFeed(config.redisUrl, logger);
  const { rateLimit: pointsPerMinute, redisUrl } = config;
  const rateLimit = pointsPerMinute > 0 ? createRateLimit({ pointsPerMinute, redisUrl }) : undefined;
  const { app, drain } = await createServer({
    ...config,
    schema,
    trustedDocuments,
    rateLimit,
    metrics,
    logger,
    users,
    relations: createRelations(users, (err) => {
      logger.warn({ err }, 'Postgres did not answer: blocks are those that were last known');
    }),
    settings: createSettings(sql),
    feed,
    typing: createTyping(feed),
    messages: createMessages({ dynamo, table }),
    authenticate: createAuthenticate({ ...config.cognito, users }),
    sandboxHeaders,
    web: web
      ? { ...web, cognitoEndpoint: originOf(config.cognito.issuer), clientId: config.cognito.clientId }
      : undefined,
    checks: {
      dynamodb: () => dynamo.send(new GetCommand({ TableName: table, Key: { pk: 'HEALTH', sk: 'HEALTH' } })),
      postgres: () => pool.query('select 1'),
    },
  });
  return {
    app,
    drain,
    metrics,
    async close() {
      await app.close();
      if (!givenFeed) await feed.close();
      rateLimit?.close();
      await pool.end();
      dynamoClient.destroy();
    },
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
