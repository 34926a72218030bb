import { z } from 'zod';
import {
  checkEndpoint,
  checkGivenEndpoint,
  checkIssuer,
  checkPoolIsWhole,
  checkPrepare,
  isOnAws,
} from './environment/checks.ts';
import { type Environment, parse } from './environment/parse.ts';
import {
  dataDir,
  localVariables,
  type logLevel,
  serverVariables,
  streamVariables,
  tableVariables,
} from './environment/variables.ts';

/** How a process reaches the messages table. */
export interface TableConfig {
  /** Undefined: the region's own endpoint on AWS. */
  dynamodbEndpoint: string | undefined;
  awsRegion: string;
  /** Undefined: the AWS SDK's provider chain. Always set where the endpoint is not on AWS. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  messagesTable: string;
}

/** What the stream's doors need. */
export interface StreamConfig extends TableConfig {
  /** What carries live events to other nodes; undefined: they stay in the process. */
  redisUrl: string | undefined;
  /** Where `/metrics` is served; undefined: nothing is counted. */
  metrics: { host: string; port: number } | undefined;
  /** Whether OpenTelemetry's own variables ask for traces; it reads the rest of them itself. */
  tracing: boolean;
}

/** What the API server needs to start. */
export interface Config extends StreamConfig {
  production: boolean;
  host: string;
  port: number;
  databaseUrl: string;
  /** The most connections to Postgres. */
  databasePoolSize: number;
  /** How long a user may be shown as it was, in seconds; 0: not at all. */
  usersCacheSeconds: number;
  cognito: { issuer: string; jwksUri: string; clientId: string };
  introspection: boolean;
  corsOrigins: string[];
  /** The manifest of the only documents that may run; undefined: any may. */
  trustedDocuments: string | undefined;
  /** Points of cost that a user may spend in a minute; 0: any number. */
  rateLimit: number;
  /** How many proxies stand in front, each of which adds the address that it was called from. */
  trustedProxies: number;
  /** How many WebSockets this process holds at the same time, and how many of them for one user. */
  maxSockets: number;
  maxSocketsPerUser: number;
  /** How many subscriptions this process holds at the same time, and how many of them for one user. */
  maxSubscriptions: number;
  maxSubscriptionsPerUser: number;
  logLevel: LogLevel;
}

/** What `npm start` needs besides: which parts are given, and where the others keep their data. */
export interface LocalConfig {
  dataDir: string;
  prepare: boolean;
  given: { dynamodb: boolean; postgres: boolean; cognito: boolean };
  /** 0: any free port. */
  ports: { dynamodb: number; postgres: number; cognito: number };
}

export type LogLevel = z.infer<typeof logLevel>;
/** Four of the most expensive operations a second, or a hundred usual ones. */
const RATE_LIMIT_IN_PRODUCTION = 60_000;
const HOSTED_SANDBOX = 'https://studio.apollographql.com';
/**
 * Reads what the doors of the stream need.
 *
 * @throws {ConfigError} that names every missing or malformed variable at once.
 */
export function readStreamConfig(env: Environment): StreamConfig {
  const variables = parse(z.object(streamVariables), env, [checkEndpoint]);
  return toStreamConfig(variables);
}

/**
 * Reads what the messages table needs.
 *
 * @throws {ConfigError} that names every missing or malformed variable at once.
 */
export function readTableConfig(env: Environment): TableConfig {
  return toTableConfig(parse(z.object(tableVariables), env, [checkEndpoint]));
}

/**
 * Reads what the API server needs. An empty variable counts as a missing one.
 *
 * @throws {ConfigError} that names every missing or malformed variable at once.
 */
export function readConfig(env: Environment): Config {
  const variables = parse(z.object(serverVariables), env, [checkEndpoint, checkIssuer]);
  const production = variables.NODE_ENV === 'production';
  const pool = variables.COGNITO_USER_POOL_ID;
  const region = pool.slice(0, pool.indexOf('_'));
  const issuer = variables.COGNITO_ISSUER ?? `https://cognito-idp.${region}.amazonaws.com/${pool}`;
  return {
    ...toStreamConfig(variables),
    production,
    host: variables.HOST,
    port: variables.PORT,
    databaseUrl: withPassword(variables.DATABASE_URL, variables.DATABASE_PASSWORD),
    databasePoolSize: variables.DATABASE_POOL_SIZE,
    usersCacheSeconds: variables.USERS_CACHE_SECONDS,
    cognito: { issuer, jwksUri: `${issuer}/.well-known/jwks.json`, clientId: variables.COGNITO_CLIENT_ID },
    introspection: variables.INTROSPECTION ?? !production,
    corsOrigins: variables.CORS_ORIGINS ?? (production ? [] : [HOSTED_SANDBOX]),
    trustedDocuments: variables.TRUSTED_DOCUMENTS,
    rateLimit: variables.RATE_LIMIT ?? (production ? RATE_LIMIT_IN_PRODUCTION : 0),
    trustedProxies: variables.TRUSTED_PROXIES,
    maxSockets: variables.MAX_SOCKETS,
    maxSocketsPerUser: variables.MAX_SOCKETS_PER_USER,
    maxSubscriptions: variables.MAX_SUBSCRIPTIONS,
    maxSubscriptionsPerUser: variables.MAX_SUBSCRIPTIONS_PER_USER,
    logLevel: variables.LOG_LEVEL,
  };
}

/**
 * Reads what `npm start`, `npm run token` and `npm run reset` need.
 *
 * @throws {ConfigError} that names every malformed variable at once, and a user pool given by half.
 */
export function readLocalConfig(env: Environment): LocalConfig {
  const variables = parse(z.object(localVariables), env, [
    checkGivenEndpoint,
    checkIssuer,
    checkPoolIsWhole,
    checkPrepare,
  ]);
  return {
    dataDir: variables.DATA_DIR,
    prepare: variables.PREPARE,
    given: {
      dynamodb: variables.DYNAMODB_ENDPOINT !== undefined,
      postgres: variables.DATABASE_URL !== undefined,
      cognito: variables.COGNITO_USER_POOL_ID !== undefined,
    },
    ports: {
      dynamodb: variables.LOCAL_DYNAMODB_PORT,
      postgres: variables.LOCAL_POSTGRES_PORT,
      cognito: variables.LOCAL_COGNITO_PORT,
    },
  };
}

/** True where nothing may be embedded. */
export function isProduction(env: Environment): boolean {
  return env['NODE_ENV'] === 'production';
}

/** Where the stream worker keeps how far it has read: a directory, `.data` unless `DATA_DIR` says otherwise. */
export function readDataDir(env: Environment): string {
  return parse(z.object({ DATA_DIR: dataDir }), env, []).DATA_DIR;
}

function toStreamConfig(variables: z.infer<z.ZodObject<typeof streamVariables>>): StreamConfig {
  const { REDIS_URL: redisUrl, METRICS_HOST: host, METRICS_PORT: metricsPort } = variables;
  const metrics = metricsPort === undefined ? undefined : { host, port: metricsPort };
  return { ...toTableConfig(variables), redisUrl, metrics, tracing: asksForTraces(variables) };
}

/** An exporter is named, or a place to send to; OpenTelemetry alone would send to localhost whoever starts it. */
function asksForTraces(variables: z.infer<z.ZodObject<typeof streamVariables>>): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = variables;
  if (disabled?.toLowerCase() === 'true' || exporter === 'none') return false;
  const endpoint = variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? variables.OTEL_EXPORTER_OTLP_ENDPOINT;
  return exporter !== undefined || endpoint !== undefined;
}

function toTableConfig(variables: z.infer<z.ZodObject<typeof tableVariables>>): TableConfig {
  const { DYNAMODB_ENDPOINT: endpoint, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = variables;
  const onAws = endpoint === undefined || isOnAws(endpoint);
  const given = key !== undefined && secret !== undefined ? { accessKeyId: key, secretAccessKey: secret } : undefined;
  return {
    dynamodbEndpoint: endpoint === 'aws' ? undefined : endpoint,
    awsRegion: variables.AWS_REGION ?? 'us-east-1',
    credentials: onAws ? undefined : (given ?? { accessKeyId: 'local', secretAccessKey: 'local' }),
    messagesTable: variables.MESSAGES_TABLE,
  };
}

/** The Postgres of a command. @throws {ConfigError} where `DATABASE_URL` is missing or malformed. */
export function readDatabaseUrl(env: Environment): string {
  const { DATABASE_URL, DATABASE_PASSWORD } = serverVariables;
  const variables = parse(z.object({ DATABASE_URL, DATABASE_PASSWORD }), env, []);
  return withPassword(variables.DATABASE_URL, variables.DATABASE_PASSWORD);
}

/** The secret that has the password of Postgres, where one is named: for the API as a Lambda. @throws {ConfigError} */
export function readDatabaseSecretArn(env: Environment): string | undefined {
  const arn = z.string().regex(/^arn:/, 'expected an ARN of Secrets Manager').optional();
  return parse(z.object({ DATABASE_SECRET_ARN: arn }), env, []).DATABASE_SECRET_ARN;
}

/** A password that comes by itself, as from a store of secrets, put into the URL. */
function withPassword(databaseUrl: string, password: string | undefined): string {
  if (password === undefined) return databaseUrl;
  const url = new URL(databaseUrl);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** The user pool of a command, on AWS. @throws {ConfigError} where `COGNITO_USER_POOL_ID` is missing or malformed. */
export function readUserPool(env: Environment): { userPoolId: string; awsRegion: string } {
  const { COGNITO_USER_POOL_ID: id } = parse(
    z.object({ COGNITO_USER_POOL_ID: serverVariables.COGNITO_USER_POOL_ID }),
    env,
    [checkIssuer],
  );
  return { userPoolId: id, awsRegion: id.slice(0, id.indexOf('_')) };
}
