// The share of the queries that a router has rejected lately because of the load, by task.

/** Queries of a task in the current period, and in the one before. */
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

  record(task: string, isRejected: boolean, now: number): void {
    const counts = this.#current(task, now);
    counts.offered += 1;
    if (isRejected) counts.rejected += 1;
  }

  /** Returns the share in the last one to two seconds. 0 of few queries. */
  share(task: string, now: number): number {
    if (!this.#counts.has(task)) return 0;
    const { offered, rejected, offeredBefore, rejectedBefore } = this.#current(task, now);
    return offered + offeredBefore < minOffered ? 0 : (rejected + rejectedBefore) / (offered + offeredBefore);
  }

  #current(task: string, now: number): Counts {
    const period = Math.floor(now / periodMs);
    let counts = this.#counts.get(task);
    if (counts === undefined) {
      counts = { period, offered: 0, rejected: 0, offeredBefore: 0, rejectedBefore: 0 };
      this.#counts.set(task, counts);
    }
    if (counts.period === period) return counts;
    const isNext = counts.period === period - 1;
    counts.offeredBefore = isNext ? counts.offered : 0;
    counts.rejectedBefore = isNext ? counts.rejected : 0;
    [counts.period, counts.offered, counts.rejected] = [period, 0, 0];
    return counts;
  }
}
