import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DestinationStream } from 'pino';
import { createAuthenticate } from './auth.ts';
import { createDocumentClient, createDynamoDbClient } from './clients.ts';
import type { Config } from './config.ts';
import { createLogger, prettyOutput } from './logger.ts';
import { createMessages } from './messages/messages.ts';
import { createSchema } from './schema.ts';
import { createServer } from './server.ts';
import { countCalls, countStatements } from './trace.ts';
import { readTrustedDocuments } from './trustedDocuments.ts';
import { createPool } from './users/pool.ts';
import { createUsers } from './users/users.ts';

export interface Service {
  /** Where GraphQL is, for example `http://localhost:4000/graphql`. */
  url: string;
  /** Takes no new work, lets open requests finish (10 s at most), and closes every connection. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** What Sandbox sends along, in development. */
  sandboxHeaders?: () => Promise<Record<string, string>>;
  /** Where the log goes; standard output unless given, for a person to read in development. */
  logOutput?: DestinationStream;
}

const DRAIN_MS = 10_000;

/**
 * Makes the clients and the server, and listens. Neither DynamoDB nor Postgres has to answer yet.
 *
 * @throws {ConfigError} where the manifest of trusted documents is not usable.
 */
export async function startService(
  config: Config,
  { sandboxHeaders, logOutput }: ServiceOptions = {},
): Promise<Service> {
  const { messagesTable: table, production, host, port } = config;
  const schema = createSchema();
  const trustedDocuments =
    config.trustedDocuments === undefined ? undefined : readTrustedDocuments(config.trustedDocuments, schema);
  const logger = createLogger(config.logLevel, logOutput ?? (production ? undefined : prettyOutput()));
  const dynamoClient = countCalls(createDynamoDbClient(config));
  const dynamo = createDocumentClient(dynamoClient);
  const pool = createPool(config.databaseUrl, (err) => {
    logger.warn({ err }, 'lost an idle connection to Postgres');
  });
  const users = createUsers(countStatements(pool));
  const { app, drain } = await createServer({
    ...config,
    schema,
    trustedDocuments,
    logger,
    users,
    messages: createMessages({ dynamo, table }),
    authenticate: createAuthenticate({ ...config.cognito, users }),
    sandboxHeaders,
    checks: {
      dynamodb: () => dynamo.send(new GetCommand({ TableName: table, Key: { pk: 'HEALTH', sk: 'HEALTH' } })),
      postgres: () => pool.query('select 1'),
    },
  });
  await app.listen({ host, port });
  return {
    url: urlOf(host, app.server.address()),
    async stop() {
      await drain(DRAIN_MS);
      await app.close();
      await pool.end();
      dynamoClient.destroy();
    },
  };
}

function urlOf(host: string, address: AddressInfo | string | null): string {
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host;
  const port = typeof address === 'object' ? address?.port : undefined;
  return `http://${name}:${String(port)}/graphql`;
}
