import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { requestsOf } from './http.ts';
import { mutate, type Random } from './random.ts';
import { conversationOf, handshakeOf, WAIT } from './sockets.ts';

const MAX_WAIT_MS = 100;

/** What one connection sends, in pieces. */
function sentBy(random: Random, token: string): (Buffer | typeof WAIT)[] {
  switch (random.below(5)) {
    case 0:
    case 1:
      return requestsOf(random, token);
    case 2: {
      const handshake = handshakeOf(random, random.chance(30));
      return [random.chance(30) ? mutate(random, handshake) : handshake, ...conversationOf(random, token)];
    }
    default:
      return [handshakeOf(random, true), ...conversationOf(random, token)];
  }
}

/** One connection: sends its pieces at once or one after the other, reads or does not, and ends in one of all ways. */
export async function runConnection(random: Random, url: string, token: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const closed = once(socket, 'close').catch(() => undefined);
  if (random.chance(70)) socket.resume();
  await Promise.race([once(socket, 'connect').catch(() => undefined), closed]);
  const pieces = sentBy(random, token);
  const isSlow = random.chance(50);
  const stopAt = random.chance(20) ? random.below(pieces.length) : pieces.length;
  for (const piece of pieces.slice(0, stopAt)) {
    if (piece === WAIT) {
      await Promise.race([received(socket), closed, sleep(MAX_WAIT_MS)]);
      continue;
    }
    for (const part of isSlow && piece.length < 5000 ? halves(random, piece) : [piece]) {
      if (socket.writable) socket.write(part);
      if (isSlow) await nextTurn();
    }
  }
  if (random.chance(70)) await Promise.race([closed, sleep(random.below(MAX_WAIT_MS))]);
  end(random, socket);
  await closed;
}

async function received(socket: Socket): Promise<void> {
  await once(socket, 'data').catch(() => undefined);
}

function halves(random: Random, piece: Buffer): Buffer[] {
  const at = random.below(piece.length + 1);
  return [piece.subarray(0, at), piece.subarray(at)];
}

function end(random: Random, socket: Socket): void {
  switch (random.below(3)) {
    case 0:
      socket.destroy();
      break;
    case 1:
      socket.resetAndDestroy();
      break;
    default:
      // The server has to end its side too, or what is left ends after a while.
      socket.resume().end();
      setTimeout(() => socket.destroy(), MAX_WAIT_MS).unref();
  }
}
