/** Rows so far, rate and remaining time, on standard error; nothing where that is no terminal. */
export interface Progress {
  add: (count: number) => void;
  end: () => void;
}

const SHOW_EVERY_MS = 200;
const SHOW_AFTER_MS = 1000;

/** `total` may be a guess: DynamoDB counts a table's rows only every few hours. */
export function createProgress(total: number): Progress {
  const startedAt = Date.now();
  let rows = 0;
  let shownAt = startedAt + SHOW_AFTER_MS - SHOW_EVERY_MS;
  return {
    add(count) {
      rows += count;
      if (!process.stderr.isTTY || Date.now() - shownAt < SHOW_EVERY_MS) return;
      shownAt = Date.now();
      process.stderr.write(`\r\x1b[K${lineOf(rows, total, Date.now() - startedAt)}`);
    },
    end() {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}

function lineOf(rows: number, total: number, elapsedMs: number): string {
  const rate = Math.round((rows / elapsedMs) * 1000);
  const left = total > rows && rate > 0 ? `, about ${Math.ceil((total - rows) / rate)} s left` : '';
  const share = total > 0 ? ` of about ${total}` : '';
  return `${rows}${share} rows, ${rate} a second${left}`;
}
