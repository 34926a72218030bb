import { z } from 'zod';

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
type Environment = Record<string, string | undefined>;

/** Thrown where the environment is not usable; its message has one line for each variable at fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(problems: string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Four of the most expensive operations a second, or a hundred usual ones. */
const RATE_LIMIT_IN_PRODUCTION = 60_000;
const HOSTED_SANDBOX = 'https://studio.apollographql.com';
const POOL_ON_AWS = /^[a-z]{2}(-[a-z]+)+-\d_/;
const AWS_HOST = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|on\.aws)$/i;

const flag = z.enum(['true', 'false'], 'expected true or false').transform((text) => text === 'true');
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'expected a port number, 0 to 65535')
  .transform(Number)
  .refine((number) => number <= 65535, 'expected a port number, 0 to 65535');
const count = z
  .string()
  .regex(/^\d{1,9}$/, 'expected a whole number, 0 or more')
  .transform(Number);
const httpUrl = z.url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8000' });
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);
const nodeEnv = z.enum(['development', 'test', 'production']).default('development');
const dataDir = z.string().default('.data');

const tableVariables = {
  NODE_ENV: nodeEnv,
  DYNAMODB_ENDPOINT: z
    .union([z.literal('aws'), httpUrl], 'expected a URL such as http://127.0.0.1:8000, or "aws"')
    .optional(),
  AWS_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as us-east-1')
    .optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  MESSAGES_TABLE: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'expected a DynamoDB table name')
    .default('cruddur-messages'),
};

const streamVariables = {
  ...tableVariables,
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'expected a URL such as redis://127.0.0.1:6379' }).optional(),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: port.optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
};

const serverVariables = {
  ...streamVariables,
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'expected a URL such as postgres://user:password@host:5432/database',
  }),
  DATABASE_PASSWORD: z.string().optional(),
  DATABASE_POOL_SIZE: count.refine((size) => size >= 1 && size <= 1000, 'expected 1 to 1000 connections').default(10),
  USERS_CACHE_SECONDS: count.default(0),
  COGNITO_USER_POOL_ID: z
    .string('expected a pool id such as us-east-1_AbCdEf123')
    .regex(/^[\w-]+_[A-Za-z0-9]+$/, 'expected a pool id such as us-east-1_AbCdEf123'),
  COGNITO_CLIENT_ID: z
    .string('expected the id of the app client that signs users in')
    .regex(/^\w+$/, 'expected an app client id'),
  COGNITO_ISSUER: httpUrl.optional(),
  HOST: z.string().default('localhost'),
  PORT: port.default(4000),
  INTROSPECTION: flag.optional(),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine((origins) => origins.every(isOrigin), 'expected origins such as https://cruddur.com, separated by commas')
    .optional(),
  TRUSTED_DOCUMENTS: z.string().optional(),
  RATE_LIMIT: count.optional(),
  TRUSTED_PROXIES: count.default(0),
  LOG_LEVEL: logLevel.default('info'),
};

/** A part may be missing: it is started then. */
const localVariables = {
  ...serverVariables,
  DATABASE_URL: serverVariables.DATABASE_URL.optional(),
  COGNITO_USER_POOL_ID: serverVariables.COGNITO_USER_POOL_ID.optional(),
  COGNITO_CLIENT_ID: serverVariables.COGNITO_CLIENT_ID.optional(),
  DATA_DIR: dataDir,
  PREPARE: flag.default(false),
  LOCAL_DYNAMODB_PORT: port.default(0),
  LOCAL_POSTGRES_PORT: port.default(0),
  LOCAL_COGNITO_PORT: port.default(0),
};

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

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

/** Looks at several variables together, as they stand in the environment; yields what is wrong with them. */
type Check = (present: Environment) => string[];

function parse<Shape>(schema: z.ZodType<Shape>, env: Environment, checks: Check[]): Shape {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(present);
  const malformed = (result.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return `${name} is ${present[name] === undefined ? 'missing' : 'malformed'}: ${issue.message}`;
  });
  const problems = [...malformed, ...checks.flatMap((check) => check(present))];
  if (result.success && problems.length === 0) return result.data;
  throw new ConfigError(problems);
}

function isOnAws(endpoint: string): boolean {
  return endpoint === 'aws' || (URL.canParse(endpoint) && AWS_HOST.test(new URL(endpoint).hostname));
}

function checkEndpoint(present: Environment): string[] {
  const { DYNAMODB_ENDPOINT: endpoint, NODE_ENV: mode, AWS_REGION: region } = present;
  if (endpoint === undefined && mode !== 'production') {
    return ['DYNAMODB_ENDPOINT is missing: expected a URL, or "aws"; npm start starts an emulator where it is not set'];
  }
  const regional = endpoint === undefined || endpoint === 'aws';
  return regional && region === undefined
    ? ['AWS_REGION is missing: expected the region of the messages table, such as us-east-1']
    : [];
}

function checkGivenEndpoint(present: Environment): string[] {
  return present['DYNAMODB_ENDPOINT'] === undefined ? [] : checkEndpoint(present);
}

function checkIssuer(present: Environment): string[] {
  const { COGNITO_ISSUER: issuer, COGNITO_USER_POOL_ID: pool, NODE_ENV: mode } = present;
  if (issuer === undefined) {
    return pool === undefined || POOL_ON_AWS.test(pool)
      ? []
      : [
          'COGNITO_USER_POOL_ID is malformed: expected a pool id that begins with its region, such as us-east-1_AbCdEf123',
        ];
  }
  return mode === 'production' && !issuer.startsWith('https:')
    ? ['COGNITO_ISSUER is malformed: expected https in production, where the public keys of an emulator must not count']
    : [];
}

function checkPoolIsWhole(present: Environment): string[] {
  const pool = present['COGNITO_USER_POOL_ID'];
  const client = present['COGNITO_CLIENT_ID'];
  if ((pool === undefined) === (client === undefined)) return [];
  return [
    `COGNITO_${pool === undefined ? 'USER_POOL' : 'CLIENT'}_ID is missing: set both the pool and its client, or neither`,
  ];
}

function checkPrepare(present: Environment): string[] {
  const { PREPARE: prepare, DYNAMODB_ENDPOINT: endpoint } = present;
  return prepare === 'true' && endpoint !== undefined && isOnAws(endpoint)
    ? ['PREPARE is refused: it never touches an endpoint on AWS; unset it']
    : [];
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
