/** Moments, in microseconds since 1970, as the distances between them in base 36: a few characters each. */
export function encodeTimes(from: number, times: Iterable<number>): string {
  let last = from;
  return [...times]
    .sort((one, other) => one - other)
    .map((time) => {
      const step = time - last;
      last = time;
      return step.toString(36);
    })
    .join('.');
}

/** The moments in such a text, oldest first; NaN from the first one on that is none. */
export function decodeTimes(from: number, text: string): number[] {
  let last = from;
  return text === '' ? [] : text.split('.').map((step) => (last += Number.parseInt(step, 36)));
}
