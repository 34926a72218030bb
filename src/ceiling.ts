/** Counts what is open at the same time, for each key and for all keys together. */
export interface Ceiling<Key> {
  /**
   * Counts one more. Returns a function that takes it off again, once however often it is called; or which limit is
   * reached. `limit` is that of the key, if it is another one than `maxPerKey` now.
   */
  enter(key: Key, limit?: number): (() => void) | 'key-full' | 'all-full';
}

export interface CeilingOptions {
  maxPerKey?: number;
  maxOfAll?: number;
}

/** Remembers the keys of what is open, and no others. */
export function createCeiling<Key>({ maxPerKey = Infinity, maxOfAll = Infinity }: CeilingOptions = {}): Ceiling<Key> {
  const counts = new Map<Key, number>();
  let all = 0;

  function leave(key: Key): void {
    all--;
    const left = (counts.get(key) ?? 1) - 1;
    if (left === 0) counts.delete(key);
    else counts.set(key, left);
  }

  return {
    enter(key, limit = maxPerKey) {
      const count = counts.get(key) ?? 0;
      if (count >= limit) return 'key-full';
      if (all >= maxOfAll) return 'all-full';
      counts.set(key, count + 1);
      all++;
      let isOpen = true;
      return () => {
        if (isOpen) leave(key);
        isOpen = false;
      };
    },
  };
}
