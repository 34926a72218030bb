const MAX_BURST = 1000;
const REFILL_PER_SECOND = 100;
const BYTES_PER_UNIT = 1000;

/** How many messages a socket may send: 100 a second, and up to 1000 at once after a pause. */
export interface MessageBudget {
  /** Spends a unit for a message, and one for each kilobyte of it. False if there are too few left. */
  spend(bytes: number): boolean;
}

export function createMessageBudget(now: () => number = Date.now): MessageBudget {
  let units = MAX_BURST;
  let filledAt = now();
  return {
    spend(bytes) {
      const at = now();
      units = Math.min(MAX_BURST, units + ((at - filledAt) / 1000) * REFILL_PER_SECOND);
      filledAt = at;
      const price = 1 + Math.floor(bytes / BYTES_PER_UNIT);
      if (units < price) return false;
      units -= price;
      return true;
    },
  };
}
