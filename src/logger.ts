import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './config.ts';
import { currentTrace } from './trace.ts';

/**
 * A logger of one JSON line an entry, with the request's id on it. Of an error it writes the type, message and stack
 * alone: what else hangs on it (the items of a cancelled transaction, the row of a failed statement) is users' data.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: describeError },
    mixin: () => ({ requestId: currentTrace()?.requestId }),
  };
  return destination ? pino(options, destination) : pino(options);
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
}

/** Lines for a person to read, in development. */
export function prettyOutput(): DestinationStream {
  return pretty({ ignore: 'requestId', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
}
