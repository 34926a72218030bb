const MAX_PAUSE_MS = 60_000;
/** The longest time that a timer can wait for. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** How long to wait after a number of failures in a row: it doubles from half a second on, with jitter. */
export function pauseMs(failures: number, max = MAX_PAUSE_MS): number {
  return Math.min(max, 500 * 2 ** Math.min(failures, 20)) * (0.5 + Math.random());
}

/** Resolves after a time, or when the network is back or the signal is aborted, if that is sooner. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    function done(): void {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    signal?.addEventListener('abort', done);
  });
}
