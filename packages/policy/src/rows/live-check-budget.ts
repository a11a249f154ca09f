// The choice of the live batches that are run again to check that rows were kept apart.

import type { Rng } from '@pareto/core';

export interface LiveCheckParams {
  /** Number of shared batches of which one is checked. 0 means that none is. */
  readonly every: number;
  /** Number of the first shared batches of a replica that are all checked, since most faults show there. */
  readonly first: number;
  /** Maximum share of the time of all slots that checks take. */
  readonly maxShare: number;
}

export const defaultLiveCheckParams: LiveCheckParams = { every: 1_000, first: 10, maxShare: 0.01 };

export interface LiveCheckBudget {
  /** Returns whether to check the shared batch number `count`, from 1, of a replica. No other one is checked until `end`. */
  begin(count: number, now: number): boolean;
  /** Counts slot time, in ms, that the check took. */
  spend(ms: number): void;
  end(): void;
}

/** Creates the budget of the slots of one hardware class on a worker. `since` is the time from which slots could be used. */
export function createLiveCheckBudget(
  slots: number,
  since: number,
  rng: Rng,
  { every, first, maxShare }: LiveCheckParams,
): LiveCheckBudget {
  let spentMs = 0;
  let isOpen = false;
  return {
    begin(count, now) {
      if (every === 0 || isOpen || spentMs > maxShare * slots * (now - since)) return false;
      isOpen = count <= first || rng() * every < 1;
      return isOpen;
    },
    spend(ms) {
      spentMs += ms;
    },
    end() {
      isOpen = false;
    },
  };
}

/**
 * Divides the queries of a batch at random into two groups of nearly equal size, each of which is run again without the
 * other. A query that another one influences shows it if that one is in the other group, so in about every second check.
 */
export function halveQueries(count: number, rng: Rng): readonly [ReadonlySet<number>, ReadonlySet<number>] {
  const order = Array.from({ length: count }, (_, query) => ({ query, key: rng() })).toSorted((a, b) => a.key - b.key);
  const queries = order.map(({ query }) => query);
  const half = Math.floor(count / 2);
  return [new Set(queries.slice(0, half)), new Set(queries.slice(half))];
}
