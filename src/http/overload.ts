import os from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import v8 from 'node:v8';
import { type Ceiling, createCeiling } from '../ceiling.ts';

/** Whether this process has more to do than it can. */
export interface Overload {
  /** Besides those of WebSockets. */
  maxHttpConnections: number;
  /** Counts an operation of a user, or of an address without a viewer; whether that one or the process runs too many. */
  enter: Ceiling<string>['enter'];
  /** Whether a new operation is refused now. */
  refusesOperations: () => boolean;
  /** Whether load is shed at present: the next operation may be refused. */
  isOverloaded: () => boolean;
  stop: () => void;
}

export interface OverloadLimits {
  /** Connections that are open besides those of WebSockets; further ones are closed at once. */
  maxHttpConnections: number;
  /** Operations that run at once, whatever the load. */
  maxOperations: number;
  /** With more than these, on a saturated event loop, callers wait for each other. */
  maxUncrowded: number;
  /** Of the operations that may run now, those of one user or address: nobody takes the whole process. */
  maxUserShare: number;
  /** Never refused for a saturated event loop. */
  minOperations: number;
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
  maxHttpConnections: 10_000,
  maxOperations: 1000,
  maxUncrowded: 64,
  maxUserShare: 0.25,
  minOperations: 8,
  saturation: 0.95,
  maxDelayMs: 500,
  maxHeapShare: 0.9,
  maxResidentShare: 0.9,
};

const SAMPLE_MS = 500;
/** For 3 s: a burst is served, and garbage that waits for its collection is no overload. */
const SAMPLES_TO_OVERLOAD = 6;
/** Of the operations that may run, with each sample while load is shed. */
const SLOWER = 0.8;
const FASTER = 1.5;
const DELAY_RESOLUTION_MS = 20;

/**
 * Watches what the process has to do. It sheds load when for three seconds without a break more operations were open than
 * an uncrowded process has, and the event loop was saturated. Then ever fewer may run, as long as the loop stays
 * saturated, and more when it does not: so each is answered as fast as before, and nothing is refused that there was time
 * for. A node that waits for a slow DynamoDB has time. It refuses all operations while, for three seconds or more, the
 * event loop is late, or the heap or the resident memory near its limit.
 */
export function createOverload(given: Partial<OverloadLimits> = {}): Overload {
  const limits = { ...LIMITS, ...given };
  const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delays.enable();
  const maxResidentBytes = limits.maxResidentShare * memoryLimit();
  const users = createCeiling<string>();
  let running = 0;
  /** Within the sample that is being taken. */
  let fewest = 0;
  let utilization = performance.eventLoopUtilization();
  /** How many samples in a row. */
  let crowded = 0;
  let strained = 0;
  /** How many may run. */
  let limit = limits.maxOperations;

  function sample(): void {
    const isSaturated = performance.eventLoopUtilization(utilization).utilization >= limits.saturation;
    utilization = performance.eventLoopUtilization();
    crowded = isSaturated && fewest > limits.maxUncrowded ? crowded + 1 : 0;
    if (limit < limits.maxOperations) adjustLimit(isSaturated);
    else if (crowded >= SAMPLES_TO_OVERLOAD) limit = limits.maxUncrowded;
    strained = isStrained() ? strained + 1 : 0;
    fewest = running;
    delays.reset();
  }

  function adjustLimit(isSaturated: boolean): void {
    const next = limit * (isSaturated ? SLOWER : FASTER);
    limit = Math.min(limits.maxOperations, Math.max(limits.minOperations, next));
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

  const isStrainedForLong = () => strained >= SAMPLES_TO_OVERLOAD;
  const refusesOperations = () => isStrainedForLong() || running >= limit;
  const timer = setInterval(sample, SAMPLE_MS).unref();
  return {
    maxHttpConnections: limits.maxHttpConnections,
    enter(who) {
      if (refusesOperations()) return 'all-full';
      const leave = users.enter(who, Math.ceil(limit * limits.maxUserShare));
      if (typeof leave === 'string') return leave;
      running++;
      let isRunning = true;
      return () => {
        if (!isRunning) return;
        isRunning = false;
        leave();
        running--;
        fewest = Math.min(fewest, running);
      };
    },
    refusesOperations,
    isOverloaded: () => isStrainedForLong() || limit < limits.maxOperations || running >= limit,
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
