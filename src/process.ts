import type { Logger } from 'pino';
import { ConfigError } from './environment/parse.ts';

/** What runs in a process of its own. */
export interface Running {
  logger: Logger;
  /** Finishes the work under way and closes every connection; bounded in time. */
  stop(): Promise<void>;
}

/** A stop that takes longer is cut off. Longer than a drain, shorter than what Docker and ECS wait before they kill. */
const MAX_STOP_MS = 13_000;

/**
 * Runs what `start` starts until SIGTERM or SIGINT, which may also come while it starts; then stops it and exits with 0.
 * An exception or rejection that nothing caught is logged once as fatal; then it is stopped in the same way, and the
 * exit code is 1. So it is if it cannot start, which is printed, and if it does not stop within 13 s. Further signals
 * and failures while it stops change nothing.
 */
export async function runUntilSignal(start: () => Promise<Running>): Promise<void> {
  let running: Running | undefined;
  let stopped: Promise<void> | undefined;
  let isFailed = false;

  async function stop(): Promise<void> {
    setTimeout(() => process.exit(1), MAX_STOP_MS);
    await (await started).stop();
  }

  function exitAfterStop(): void {
    stopped ??= stop().then(
      () => process.exit(isFailed ? 1 : 0),
      () => process.exit(1),
    );
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, exitAfterStop);
  // Rejections that nothing caught come here too.
  process.on('uncaughtException', (error, origin) => {
    if (isFailed) return;
    isFailed = true;
    if (running) running.logger.fatal({ err: error, origin }, 'nothing caught this: the process stops');
    else console.error(error);
    exitAfterStop();
  });

  const started = start();
  try {
    running = await started;
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  }
}
