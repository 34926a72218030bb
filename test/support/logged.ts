import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LogLine extends Record<string, unknown> {
  msg: string;
}

/** A destination for a logger that keeps what was written. */
export function keepLog(): {
  destination: Writable;
  text: () => string;
  lines: (msg: string) => LogLine[];
  /** The line of the request that an answer came to; it is written when the answer is out. */
  requestOf: (answer: { headers: Headers }) => Promise<LogLine>;
} {
  let text = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const parsed: LogLine[] = [];
  let parsedTo = 0;
  /** Each line is parsed once: some tests look up thousands. */
  const all = () => {
    const end = text.lastIndexOf('\n') + 1;
    const fresh = text.slice(parsedTo, end).split('\n').filter(Boolean);
    parsed.push(...fresh.map((line) => JSON.parse(line) as LogLine));
    parsedTo = end;
    return parsed;
  };
  return {
    destination,
    text: () => text,
    lines: (msg) => all().filter((line) => line.msg === msg),
    async requestOf({ headers }) {
      const id = headers.get('x-request-id');
      for (;;) {
        const line = all().findLast(({ msg, requestId }) => msg === 'request' && requestId === id);
        if (line) return line;
        await sleep(1);
      }
    },
  };
}
