import { pino, type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { SonicBoomOpts } from 'sonic-boom';
import type { LogLevel } from '../config.ts';
import type { Spans } from './spans.ts';
import { currentTrace } from './trace.ts';

/**
 * A logger of one JSON line an entry, with the request's id on it, and the ids of its span where there are spans. Of an error it writes the type, message and stack
 * alone: what else hangs on it (the items of a cancelled transaction, the row of a failed statement) is users' data.
 */
export function createLogger(
  level: LogLevel,
  destination: DestinationStream = output({ sync: true }),
  spans?: Spans,
): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: describeError },
    mixin: () => ({ requestId: currentTrace()?.requestId, ...spans?.ids() }),
  };
  return pino(options, destination);
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
}

/** What may wait to be written; further lines are dropped. */
const MAX_UNWRITTEN_BYTES = 16_000_000;

/**
 * Standard output, in blocks: a line waits for 200 ms at most, and none is lost when the process ends by itself. Not for
 * a Lambda, which stops as soon as it has answered.
 */
export function bufferedOutput(): DestinationStream {
  return output({ sync: false, minLength: 4096, periodicFlush: 200 });
}

/** Lines for a person to read, in development. */
export function prettyOutput(): DestinationStream {
  const destination = output({ sync: false });
  const lines = pretty({ ignore: 'requestId', singleLine: true, translateTime: 'SYS:HH:MM:ss.l', destination });
  return lines.on('error', () => undefined);
}

/** A log that cannot be written, as on a full disk, loses lines and does not end the process. */
function output(options: SonicBoomOpts): ReturnType<typeof pino.destination> {
  const destination = pino.destination({ ...options, maxLength: MAX_UNWRITTEN_BYTES });
  return destination.on('error', () => undefined);
}
