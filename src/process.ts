import { ConfigError } from './environment/parse.ts';

/**
 * Runs what `start` starts until SIGTERM or SIGINT, which also may come while it starts; then stops it and exits with
 * 0. Where it cannot start, it says why and exits with 1.
 */
export async function runUntilSignal(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  const started = start();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void started.then((running) => running.stop()).finally(() => process.exit(0));
    });
  }
  try {
    await started;
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  }
}
