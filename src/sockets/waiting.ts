import type { Duplex } from 'node:stream';
import { createCeiling } from './ceiling.ts';

/** The sockets of anybody: those that have not sent `connection_init` yet. */
export interface WaitingSockets {
  /**
   * Counts a socket until it ends, or until `leave`. False if too many of its address wait. If too many wait in all, the
   * one that has waited longest is cut off: a client sends `connection_init` at once.
   */
  enter(socket: Duplex, address: string): boolean;
  leave(socket: Duplex): void;
}

export interface WaitingOptions {
  maxPerAddress: number;
  maxOfAll: number;
}

export function createWaitingSockets({ maxPerAddress, maxOfAll }: WaitingOptions): WaitingSockets {
  const addresses = createCeiling<string>({ maxPerKey: maxPerAddress });
  /** How to stop counting each, in the order in which they came. */
  const waiting = new Map<Duplex, () => void>();

  function leave(socket: Duplex): void {
    waiting.get(socket)?.();
    waiting.delete(socket);
  }

  return {
    enter(socket, address) {
      const entered = addresses.enter(address);
      if (typeof entered === 'string') return false;
      const [longest] = waiting.keys();
      if (longest && waiting.size >= maxOfAll) {
        leave(longest);
        longest.destroy();
      }
      waiting.set(socket, entered);
      socket.once('close', () => {
        leave(socket);
      });
      return true;
    },
    leave,
  };
}
