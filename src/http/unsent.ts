import type { Socket } from 'node:net';

/** The bytes of answers and events that wait for clients to accept them. */
export interface Unsent {
  /** Whether so much more may wait for a connection, and for the user or address that it is for. */
  hasRoom: (connection: Socket, owner: string, bytes: number) => boolean;
  /**
   * Counts what waits from now on, until the function that it returns is called. If too much waits in the process, the
   * connection that most waits for is closed.
   */
  hold: (connection: Socket, owner: string, bytes: number) => () => void;
}

/** In bytes. */
export interface UnsentLimits {
  maxPerConnection: number;
  maxPerOwner: number;
  maxOfAll: number;
}

const LIMITS: UnsentLimits = { maxPerConnection: 4_000_000, maxPerOwner: 16_000_000, maxOfAll: 128_000_000 };

export function createUnsent({ maxPerConnection, maxPerOwner, maxOfAll }: UnsentLimits = LIMITS): Unsent {
  const byConnection = new Map<Socket, number>();
  const byOwner = new Map<string, number>();
  let all = 0;

  /** The client of another connection may be reading: the one that does not is the one that most waits for. */
  function closeLargest(): void {
    let largest: { connection: Socket; bytes: number } | undefined;
    for (const [connection, bytes] of byConnection) {
      if (!connection.destroyed && bytes > (largest?.bytes ?? 0)) largest = { connection, bytes };
    }
    largest?.connection.destroy();
  }

  return {
    hasRoom: (connection, owner, bytes) =>
      (byConnection.get(connection) ?? 0) + bytes <= maxPerConnection &&
      (byOwner.get(owner) ?? 0) + bytes <= maxPerOwner,
    hold(connection, owner, bytes) {
      add(byConnection, connection, bytes);
      add(byOwner, owner, bytes);
      all += bytes;
      if (all > maxOfAll) closeLargest();
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        add(byConnection, connection, -bytes);
        add(byOwner, owner, -bytes);
        all -= bytes;
      };
    },
  };
}

/** Remembers no zeros. */
function add<Key>(totals: Map<Key, number>, key: Key, bytes: number): void {
  const total = (totals.get(key) ?? 0) + bytes;
  if (total === 0) totals.delete(key);
  else totals.set(key, total);
}
