import os from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import v8 from 'node:v8';

/** Whether this process has more to do than it can. */
export interface Overload {
  /** Runs an operation, which counts while it runs. */
  run: <Result>(operation: () => Promise<Result>) => Promise<Result>;
  /** Whether a new operation is refused now. */
  refusesOperations: () => boolean;
  /** Whether operations are refused at present, or would be at the next that is too many. */
  isOverloaded: () => boolean;
  stop: () => void;
}

export interface OverloadLimits {
  /** Operations that run at once, whatever the load. */
  maxOperations: number;
  /** The same under overload: few enough that each is answered as fast as before. */
  maxOperationsUnderOverload: number;
  /** The share of the time in which the event loop has work; from here on it is saturated. */
  saturation: number;
  /** How late the event loop is, on average. */
  maxDelayMs: number;
  /** The share of what V8 may have that is in use. */
  maxHeapShare: number;
  /** The share of the memory of the machine, or of the container, that is resident. */
  maxResidentShare: number;
}

const LIMITS: OverloadLimits = {
  maxOperations: 1000,
  maxOperationsUnderOverload: 64,
  saturation: 0.95,
  maxDelayMs: 500,
  maxHeapShare: 0.9,
  maxResidentShare: 0.9,
};

const SAMPLE_MS = 500;
/** For 3 s: a burst is served, and garbage that waits for its collection is no overload. */
const SAMPLES_TO_OVERLOAD = 6;
/** For 2 s. */
const SAMPLES_TO_RECOVER = 4;
const DELAY_RESOLUTION_MS = 20;

/**
 * Watches what the process has to do. It is overloaded when for three seconds without a break more operations were open
 * than it runs under overload, and the event loop was saturated; or the event loop was late; or the heap or the
 * resident memory was near its limit. The first ends when nothing had to be refused for two seconds, the others when
 * they do. A node that waits for a slow DynamoDB is not overloaded by it.
 */
export function createOverload(given: Partial<OverloadLimits> = {}): Overload {
  const limits = { ...LIMITS, ...given };
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delays.enable();
  const maxResidentBytes = limits.maxResidentShare * memoryLimit();
  let running = 0;
  /** Within the sample that is being taken. */
  let fewest = 0;
  let refusals = 0;
  let utilization = performance.eventLoopUtilization();
  /** How many samples in a row. */
  let crowded = 0;
  let quiet = 0;
  let strained = 0;
  let isShedding = false;

  function sample(): void {
    const sinceLast = performance.eventLoopUtilization(utilization);
    utilization = performance.eventLoopUtilization();
    const isCrowded = fewest > limits.maxOperationsUnderOverload && sinceLast.utilization >= limits.saturation;
    crowded = isCrowded ? crowded + 1 : 0;
    quiet = refusals === 0 ? quiet + 1 : 0;
    strained = isStrained() ? strained + 1 : 0;
    if (crowded >= SAMPLES_TO_OVERLOAD) isShedding = true;
    else if (quiet >= SAMPLES_TO_RECOVER) isShedding = false;
    fewest = running;
    refusals = 0;
    delays.reset();
  }

  function isStrained(): boolean {
    const { used_heap_size: heap, heap_size_limit: heapLimit } = v8.getHeapStatistics();
    // A histogram without a value has no mean.
    const delayMs = delays.count > 0 ? delays.mean / 1e6 - DELAY_RESOLUTION_MS : 0;
    return (
      delayMs > limits.maxDelayMs ||
      heap > limits.maxHeapShare * heapLimit ||
      process.memoryUsage.rss() > maxResidentBytes
    );
  }

  const isOverloaded = () => isShedding || strained >= SAMPLES_TO_OVERLOAD || running >= limits.maxOperations;

  const timer = setInterval(sample, SAMPLE_MS).unref();
  return {
    async run(operation) {
      running++;
      try {
        return await operation();
      } finally {
        running--;
        fewest = Math.min(fewest, running);
      }
    },
    refusesOperations() {
      const isRefused =
        strained >= SAMPLES_TO_OVERLOAD ||
        running >= (isShedding ? limits.maxOperationsUnderOverload : limits.maxOperations);
      if (isRefused) refusals++;
      return isRefused;
    },
    isOverloaded,
    stop() {
      clearInterval(timer);
      delays.disable();
    },
  };
}

/** In bytes: of the container, or of the machine if there is none or it has no limit. */
function memoryLimit(): number {
  const contained = process.constrainedMemory();
  return contained > 0 ? Math.min(contained, os.totalmem()) : os.totalmem();
}
