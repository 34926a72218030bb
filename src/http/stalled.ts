import type { Socket } from 'node:net';

export interface StalledConnections {
  /** Looks after a connection until it is closed. */
  watch: (connection: Socket) => void;
  stop: () => void;
}

interface Waiting {
  bytes: number;
  since: number;
}

const MAX_STALL_MS = 10_000;
const LOOK_EVERY_MS = 2500;

/**
 * Closes connections, of HTTP and of WebSockets, that accept nothing for ten seconds while something waits for them: what
 * a client misses is in the table, and the memory is the others' too.
 */
export function closeStalledConnections(): StalledConnections {
  const connections = new Map<Socket, Waiting | null>();

  function look(): void {
    const now = performance.now();
    for (const [connection, waiting] of connections) {
      const bytes = waitingBytes(connection);
      if (bytes === 0) connections.set(connection, null);
      else if (waiting?.bytes !== bytes) connections.set(connection, { bytes, since: now });
      else if (now - waiting.since >= MAX_STALL_MS) connection.destroy();
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    watch(connection) {
      if (connections.has(connection)) return;
      connections.set(connection, null);
      connection.once('close', () => {
        connections.delete(connection);
      });
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/**
 * What the kernel has not accepted of the write that is under way. It gets less with everything that the client accepts,
 * and what is queued behind does not make it more. Node decides by it too whether a socket has timed out, and has no
 * public name for it.
 */
function waitingBytes(connection: Socket): number {
  const handle: unknown = Reflect.get(connection, '_handle');
  const size: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'writeQueueSize') : 0;
  return typeof size === 'number' ? size : connection.writableLength;
}
