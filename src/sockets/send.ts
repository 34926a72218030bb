import { addressOf } from '../http/address.ts';
import type { Unsent } from '../http/unsent.ts';
import { type SocketExtra, TRY_AGAIN_LATER } from './connect.ts';

export interface SendOptions {
  unsent: Unsent;
  trustedProxies: number;
}

/**
 * Sends texts over sockets, and counts each until the client has accepted it. Resolves then, or when it cannot be sent:
 * a socket that fails is closed. One that too much waits for is closed with 1013, after which its client subscribes
 * again after its last cursor.
 */
export function createSend({ unsent, trustedProxies }: SendOptions) {
  return function send({ socket, request, viewer }: SocketExtra, text: string): Promise<void> {
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    const owner = viewer?.id ?? addressOf(request, trustedProxies);
    const bytes = Buffer.byteLength(text);
    if (!unsent.hasRoom(request.socket, owner, bytes)) {
      socket.close(TRY_AGAIN_LATER, 'Too slow: subscribe again after your last cursor');
      socket.terminate();
      return Promise.resolve();
    }
    const release = unsent.hold(request.socket, owner, bytes);
    return new Promise((resolve) => {
      socket.send(text, () => {
        release();
        resolve();
      });
    });
  };
}
