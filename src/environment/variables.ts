import { z } from 'zod';

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
const ceiling = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'expected a whole number, 1 or more')
  .transform(Number);
const httpUrl = z.url({ protocol: /^https?$/, error: 'expected a URL such as http://127.0.0.1:8000' });
export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);
const nodeEnv = z.enum(['development', 'test', 'production']).default('development');
export const dataDir = z.string().default('.data');

export const tableVariables = {
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

export const streamVariables = {
  ...tableVariables,
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'expected a URL such as redis://127.0.0.1:6379' }).optional(),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: port.optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
};

export const serverVariables = {
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
  MAX_SOCKETS: ceiling.default(10_000),
  MAX_SOCKETS_PER_USER: ceiling.default(50),
  MAX_SUBSCRIPTIONS: ceiling.default(15_000),
  MAX_SUBSCRIPTIONS_PER_USER: ceiling.default(300),
  LOG_LEVEL: logLevel.default('info'),
};

/** A part may be missing: it is started then. */
export const localVariables = {
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
