/** Random choices that come out the same for the same seed. */
export interface Random {
  /** A whole number from 0 on, less than `limit`. */
  below: (limit: number) => number;
  chance: (percent: number) => boolean;
  oneOf: <Item>(items: readonly Item[]) => Item;
  /** So many of what `make` returns, from none to `most`. */
  some: <Item>(most: number, make: () => Item) => Item[];
  bytes: (count: number) => Buffer;
}

/** Mulberry32: 32 bits of state, good enough to choose from lists. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (percent) => below(100) < percent,
    oneOf<Item>(items: readonly Item[]): Item {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('There is nothing to choose from');
      return item;
    },
    some: (most, make) => Array.from({ length: below(most + 1) }, make),
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}

/** What is sent, with something wrong in it: cut short, a byte changed, a piece twice, or something in between. */
export function mutate(random: Random, sent: Buffer): Buffer {
  const at = random.below(sent.length + 1);
  switch (random.below(4)) {
    case 0:
      return sent.subarray(0, at);
    case 1: {
      const changed = Buffer.from(sent);
      if (changed.length > 0) changed[at % changed.length] = random.below(256);
      return changed;
    }
    case 2:
      return Buffer.concat([sent.subarray(0, at), sent.subarray(random.below(at + 1))]);
    default:
      return Buffer.concat([sent.subarray(0, at), random.bytes(random.below(20)), sent.subarray(at)]);
  }
}
