import type { Duplex } from 'node:stream';

/** The sockets of anybody: those that have not sent `connection_init` yet. */
export interface WaitingSockets {
  /**
   * Counts a socket until it ends, or until `leave`. If too many of its address wait, or too many in all, the one of
   * them that has waited longest is cut off: a client sends `connection_init` at once.
   */
  enter(socket: Duplex, address: string): void;
  leave(socket: Duplex): void;
}

export interface WaitingOptions {
  maxPerAddress: number;
  maxOfAll: number;
}

export function createWaitingSockets({ maxPerAddress, maxOfAll }: WaitingOptions): WaitingSockets {
  /** The address of each, in the order in which they came. */
  const waiting = new Map<Duplex, string>();
  /** In the same order. */
  const socketsOf = new Map<string, Set<Duplex>>();

  function leave(socket: Duplex): void {
    const address = waiting.get(socket);
    if (address === undefined) return;
    waiting.delete(socket);
    const sockets = socketsOf.get(address);
    sockets?.delete(socket);
    if (sockets?.size === 0) socketsOf.delete(address);
  }

  function cutOffFirst([longest]: Iterable<Duplex>): void {
    if (!longest) return;
    leave(longest);
    longest.destroy();
  }

  return {
    enter(socket, address) {
      const ofAddress = socketsOf.get(address) ?? new Set();
      if (ofAddress.size >= maxPerAddress) cutOffFirst(ofAddress);
      else if (waiting.size >= maxOfAll) cutOffFirst(waiting.keys());
      waiting.set(socket, address);
      socketsOf.set(address, ofAddress.add(socket));
      socket.once('close', () => {
        leave(socket);
      });
    },
    leave,
  };
}
