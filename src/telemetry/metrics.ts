import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted of a process, for Prometheus. */
export interface Metrics {
  /** An operation over HTTP was answered. Its name counts among the first hundred that are seen, or is `other`. */
  operation(name: string | undefined, status: number, seconds: number): void;
  /** A call of the AWS SDK ended; `attempts` counts its own retries. */
  dynamodbCall(command: string, outcome: 'ok' | 'refused' | 'failed', attempts: number, units: number): void;
  /** A try was throttled; the SDK may try again. */
  dynamodbThrottle(command: string): void;
  sqlStatement(name: string, outcome: 'ok' | 'failed', seconds: number): void;
  /** Something was looked up in a cache: found in the process, found in the one that nodes share, or not found. */
  cacheLookups(cache: string, found: { hits?: number; sharedHits?: number; misses?: number }): void;
  subscriptions(change: 1 | -1): void;
  /** A batch of the stream was read. */
  projection(records: number, failed: number): void;
  /** How far the group rows are behind the messages. */
  projectionLag(seconds: number): void;
  /** Serves `GET /metrics` on a port of its own; resolves when it listens. */
  listen(host: string, port: number, logger: Logger): Promise<{ port: number; close(): Promise<void> }>;
}

const MOST_NAMES = 100;
/** Of those who collect the metrics. */
const MAX_CONNECTIONS = 100;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registers = [new Registry()] as [Registry];
  const [registry] = registers;
  collectDefaultMetrics({ register: registry, prefix: 'cruddur_' });
  const names = new Set<string>();
  const bounded = (name: string | undefined) => {
    if (name === undefined) return 'anonymous';
    if (names.size < MOST_NAMES) names.add(name);
    return names.has(name) ? name : 'other';
  };

  const operations = new Histogram({
    name: 'cruddur_operation_seconds',
    help: 'Operations over HTTP, by name and HTTP status',
    labelNames: ['operation', 'status'] as const,
    buckets: SECONDS,
    registers,
  });
  const calls = new Counter({
    name: 'cruddur_dynamodb_calls_total',
    help: 'Calls to DynamoDB; refused: a condition did not hold',
    labelNames: ['command', 'outcome'] as const,
    registers,
  });
  const retries = new Counter({
    name: 'cruddur_dynamodb_retries_total',
    help: 'Tries of calls to DynamoDB after the first, as for throttling',
    labelNames: ['command'] as const,
    registers,
  });
  const throttles = new Counter({
    name: 'cruddur_dynamodb_throttles_total',
    help: 'Tries of calls to DynamoDB that were throttled',
    labelNames: ['command'] as const,
    registers,
  });
  const lookups = new Counter({
    name: 'cruddur_cache_lookups_total',
    help: 'What was looked up in a cache; hit: in the process, shared: in Redis, miss: in neither',
    labelNames: ['cache', 'outcome'] as const,
    registers,
  });
  const units = new Counter({
    name: 'cruddur_dynamodb_units_total',
    help: 'Capacity units that DynamoDB says it consumed',
    labelNames: ['command'] as const,
    registers,
  });
  const statements = new Histogram({
    name: 'cruddur_sql_seconds',
    help: 'SQL statements, with the wait for a connection',
    labelNames: ['statement', 'outcome'] as const,
    buckets: SECONDS,
    registers,
  });
  const open = new Gauge({ name: 'cruddur_open_subscriptions', help: 'Subscriptions that are open', registers });
  const records = new Counter({
    name: 'cruddur_stream_records_total',
    help: 'Records of the stream that were read',
    labelNames: ['outcome'] as const,
    registers,
  });
  const lag = new Gauge({
    name: 'cruddur_projection_lag_seconds',
    help: 'How far the group rows are behind: the age of the newest record, or of the first that cannot be projected',
    registers,
  });

  return {
    operation(name, status, seconds) {
      operations.observe({ operation: bounded(name), status: String(status) }, seconds);
    },
    dynamodbCall(command, outcome, attempts, consumed) {
      calls.inc({ command, outcome });
      if (attempts > 1) retries.inc({ command }, attempts - 1);
      if (consumed > 0) units.inc({ command }, consumed);
    },
    dynamodbThrottle(command) {
      throttles.inc({ command });
    },
    cacheLookups(cache, { hits = 0, sharedHits = 0, misses = 0 }) {
      lookups.inc({ cache, outcome: 'hit' }, hits);
      lookups.inc({ cache, outcome: 'shared' }, sharedHits);
      lookups.inc({ cache, outcome: 'miss' }, misses);
    },
    sqlStatement(statement, outcome, seconds) {
      statements.observe({ statement, outcome }, seconds);
    },
    subscriptions(change) {
      open.inc(change);
    },
    projection(count, failed) {
      records.inc({ outcome: 'projected' }, count - failed);
      records.inc({ outcome: 'failed' }, failed);
    },
    projectionLag(seconds) {
      lag.set(seconds);
    },
    listen: (host, port, logger) => listen(registry, host, port, logger),
  };
}

async function listen(registry: Registry, host: string, port: number, logger: Logger) {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end('The metrics are at /metrics.\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  server.on('error', (err) => {
    logger.warn({ err }, 'a connection to the metrics could not be accepted');
  });
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? port) : port,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
