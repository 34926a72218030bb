import { type Random } from './random.ts';

export interface Frame {
  payload: Buffer;
  opcode?: number;
  isLast?: boolean;
  /** The three reserved bits. */
  reserved?: number;
  isMasked?: boolean;
  /** What the header says, if it is not the truth. */
  claimedLength?: number;
}

const TEXT = 1;
const MASK = Buffer.from([1, 2, 3, 4]);

/** A frame as a client sends it, by RFC 6455. */
export function frameOf(frame: Frame): Buffer {
  const {
    payload,
    opcode = TEXT,
    isLast = true,
    reserved = 0,
    isMasked = true,
    claimedLength = payload.length,
  } = frame;
  const first = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = isMasked ? 0x80 : 0;
  const masked = isMasked ? payload.map((byte, index) => byte ^ (MASK[index % 4] ?? 0)) : payload;
  return Buffer.concat([
    Buffer.from([first, ...lengthOf(claimedLength, mask)]),
    isMasked ? MASK : Buffer.alloc(0),
    masked,
  ]);
}

function lengthOf(length: number, mask: number): number[] {
  if (length < 126) return [mask | length];
  if (length < 65_536) return [mask | 126, length >> 8, length & 255];
  const wide = Buffer.alloc(8);
  wide.writeBigUInt64BE(BigInt(length));
  return [mask | 127, ...wide];
}

/** Frames that break the protocol, are as large as they may be or larger, or come in pieces. */
export function framesOf(random: Random): Buffer[] {
  const { oneOf, chance, below } = random;
  return Array.from({ length: 1 + below(8) }, () => {
    switch (below(5)) {
      case 0:
        return Buffer.concat(pieces(random, random.bytes(below(300))));
      case 1:
        return frameOf({ payload: Buffer.alloc(oneOf([99_999, 100_000, 100_001, 150_000]), 'x') });
      case 2:
        return frameOf({ payload: random.bytes(below(20)), claimedLength: oneOf([0, 125, 126, 70_000, 2 ** 40]) });
      case 3:
        // Ping, pong or close, with a code or without one.
        return frameOf({ opcode: oneOf([8, 9, 10]), payload: random.bytes(oneOf([0, 1, 2, 10, 125, 126])) });
      default:
        return frameOf({
          payload: random.bytes(below(200)),
          opcode: below(16),
          isLast: chance(60),
          reserved: chance(20) ? below(8) : 0,
          isMasked: chance(85),
        });
    }
  });
}

/** A message in fragments, with control frames, and at times another message, between them. */
export function pieces(random: Random, message: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let rest = message;
  let opcode = TEXT;
  do {
    const size = 1 + random.below(Math.max(1, rest.length));
    const isLast = size >= rest.length;
    parts.push(frameOf({ payload: rest.subarray(0, size), opcode, isLast }));
    if (random.chance(30)) parts.push(frameOf({ opcode: 9, payload: Buffer.from('ping') }));
    if (random.chance(5)) parts.push(frameOf({ payload: Buffer.from('{"type":"ping"}') }));
    rest = rest.subarray(size);
    opcode = 0;
  } while (rest.length > 0);
  return parts;
}
