import { Writable } from 'node:stream';

export interface LogLine extends Record<string, unknown> {
  msg: string;
}

/** A destination for a logger that keeps what was written. */
export function keepLog(): { destination: Writable; text: () => string; lines: (msg: string) => LogLine[] } {
  let text = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const all = () =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LogLine);
  return { destination, text: () => text, lines: (msg) => all().filter((line) => line.msg === msg) };
}
