// The share of the queries that a router has rejected lately because of the load, by task or by class of objectives.

/** Queries of a key in the current period, and in the one before. */
interface Counts {
  period: number;
  offered: number;
  rejected: number;
  offeredBefore: number;
  rejectedBefore: number;
}

/** Length of a period, in ms. */
const periodMs = 1_000;
/** Queries from which on a share says something. */
const minOffered = 5;

export class RecentRejections {
  readonly #counts = new Map<string, Counts>();
  /** The last period with a query. */
  #period = -Infinity;

  /** Number of keys that are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  record(key: string, isRejected: boolean, now: number): void {
    this.#forget(now);
    const counts = this.#current(key, now);
    counts.offered += 1;
    if (isRejected) counts.rejected += 1;
  }

  /** Returns the share in the last one to two seconds. 0 of few queries. */
  share(key: string, now: number): number {
    if (!this.#counts.has(key)) return 0;
    const { offered, rejected, offeredBefore, rejectedBefore } = this.#current(key, now);
    return offered + offeredBefore < minOffered ? 0 : (rejected + rejectedBefore) / (offered + offeredBefore);
  }

  /** Forgets the keys without queries in the current period and the one before: clients choose their objectives. */
  #forget(now: number): void {
    const period = Math.floor(now / periodMs);
    if (period <= this.#period) return;
    this.#period = period;
    for (const [key, counts] of this.#counts) if (counts.period < period - 1) this.#counts.delete(key);
  }

  #current(key: string, now: number): Counts {
    const period = Math.floor(now / periodMs);
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = { period, offered: 0, rejected: 0, offeredBefore: 0, rejectedBefore: 0 };
      this.#counts.set(key, counts);
    }
    if (counts.period === period) return counts;
    const isNext = counts.period === period - 1;
    counts.offeredBefore = isNext ? counts.offered : 0;
    counts.rejectedBefore = isNext ? counts.rejected : 0;
    [counts.period, counts.offered, counts.rejected] = [period, 0, 0];
    return counts;
  }
}
