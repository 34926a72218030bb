import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { ConfigError } from '../../src/environment/parse.ts';

/** A command that cannot do what it was told, with what to do about it: the message alone is shown, exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** What a person is told of an error, or null for one that nobody expects: that one is shown with its stack. */
export function explain(error: unknown): string | null {
  if (error instanceof CommandFailure || error instanceof ConfigError) return error.message;
  if (error instanceof ResourceNotFoundException) return 'There is no such table: ddb schema-load makes it.';
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (cause instanceof Error && 'code' in cause && UNREACHABLE.has(String(cause.code))) {
    return `It cannot be reached: ${cause.message}. Does it run, and is its address right?`;
  }
  return null;
}
