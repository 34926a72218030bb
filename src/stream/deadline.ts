import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Settles as the call does, but within a time: after `ms`, or when `signal` aborts, it rejects at once and the signal
 * that the call was given aborts, even if the call itself never settles.
 */
export async function within<Result>(
  ms: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const end = () => {
    ending.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    ending.abort(new Error(`No answer within ${ms} ms`));
  }, ms);
  signal.addEventListener('abort', end);
  const ended = new Promise<never>((_resolve, reject) => {
    ending.signal.addEventListener('abort', () => {
      reject(ending.signal.reason as Error);
    });
  });
  try {
    return await Promise.race([call(ending.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** Resolves after `ms`, or when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Does the work, and again `ms` after it is done, until `signal` aborts. */
export async function every(ms: number, signal: AbortSignal, work: () => Promise<void> | void): Promise<void> {
  while (!signal.aborted) {
    await work();
    await pause(ms, signal);
  }
}
