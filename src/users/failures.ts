import { types } from 'node:util';

/**
 * Why Postgres did not answer a statement: it refuses connections (`gone`), which no amount of work causes; it neither
 * answers nor refuses (`silent`); or it, or this process, has too much to do (`busy`). What is silent may only be busy.
 */
type Reason = 'gone' | 'silent' | 'busy';

/** Thrown if Postgres did not answer a statement. The same statement may succeed later. */
export class UnansweredError extends Error {
  override readonly name: string = 'UnansweredError';
  readonly reason: Reason;

  constructor(message: string, reason: Reason, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Thrown where a statement gets no connection, because all are in use. */
export class PoolFullError extends UnansweredError {
  override readonly name = 'PoolFullError';

  constructor(size: number) {
    super(
      `None of the ${size} connections to Postgres became free: see whether it answers and what is slow there, or raise DATABASE_POOL_SIZE`,
      'busy',
    );
  }
}

/** Thrown at once while Postgres does not answer, but for one statement at a time that finds out whether it does again. */
export class PoolDownError extends UnansweredError {
  override readonly name = 'PoolDownError';

  constructor() {
    super('Postgres did not answer before, and has not since', 'silent');
  }
}

/** What a statement failed with, for callers: an UnansweredError if Postgres did not answer, else the error of `pg`. */
export function failureOf(error: unknown, poolSize: number): unknown {
  if (!types.isNativeError(error) || error instanceof UnansweredError) return error;
  if (error.message === 'timeout exceeded when trying to connect') return new PoolFullError(poolSize);
  const reason = reasonOf(error);
  return reason === null ? error : new UnansweredError(error.message, reason, { cause: error });
}

function reasonOf(error: Error): Reason | null {
  if (isRefused(error) || isLost(error)) return 'gone';
  if (SILENCE.test(error.message)) return 'silent';
  return OVERLOAD.test(codeOf(error)) || 'syscall' in error ? 'busy' : null;
}

/** What the system says if nothing listens there, and Postgres while it starts or stops. */
const REFUSED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', '57P03']);

/** Of several addresses, each has to refuse: one may only be slow. */
function isRefused(error: Error): boolean {
  if (isAggregate(error)) return error.errors.every((one) => types.isNativeError(one) && isRefused(one));
  return REFUSED.has(codeOf(error));
}

function isAggregate(error: Error): error is AggregateError {
  return 'errors' in error && Array.isArray(error.errors);
}

const LOST = new Set(['ECONNRESET', 'EPIPE', '57P01', '57P02']);
const LOST_MESSAGE =
  /^(Connection terminated unexpectedly|Client has encountered a connection error and is not queryable)$/;

/** Whether a connection ended under a statement: one alone does not say that Postgres is gone. */
export function isLost(error: unknown): boolean {
  return types.isNativeError(error) && (LOST.has(codeOf(error)) || LOST_MESSAGE.test(error.message));
}

const SILENCE = /^(Query read timeout|Connection terminated due to connection timeout)$/;
/** A statement over its time (57014), too few resources (53), and PgBouncer's limits (08). */
const OVERLOAD = /^(57014|53...|08...)$/;

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
