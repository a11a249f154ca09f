// How wrong the expected times of queries at a replica are, and the time to allow for that so that few admitted ones are late.

import { Ring } from './ring.js';

export interface WaitParams {
  /** Share of the admitted queries that may be late, of those that could be. */
  readonly late: number;
  /** Largest probability with which an admitted query is late. */
  readonly risk: number;
  /** Number of the last queries that count, and the time after which they do not count any more, in ms. */
  readonly samples: number;
  readonly memoryMs: number;
  /** Number of queries after which the margin is computed again, which takes as long as hundreds of them. */
  readonly stride: number;
}

export const defaultWaitParams: WaitParams = { late: 0.01, risk: 0.2, samples: 256, memoryMs: 3_000, stride: 16 };

/**
 * An estimate, at first without a margin. All is measured on one scale: times of batches vary independently, so that the error of
 * their sum grows with its root. The margin is the smallest with which no more than the allowed share of the queries would have
 * been late, had their errors been distributed like the recent ones that some query had the time for. An error longer
 * than the expected time shows no such variation but a pause, which delays each query by its own length, however long its wait is.
 */
export class WaitEstimate {
  readonly #params: WaitParams;
  /** Errors of expected times, on the scale and in ms. */
  readonly #errors: Ring;
  readonly #errorsMs: Ring;
  /** Time that queries had beyond the expected one, whether they were admitted or not. */
  readonly #slacks: Ring;
  #margin = 0;
  /** Longest of the errors that count, in ms. */
  #pauseMs = 0;
  #forgetAt = -Infinity;

  constructor(params: WaitParams) {
    const { samples, memoryMs } = params;
    this.#params = params;
    this.#errors = new Ring(samples, memoryMs);
    this.#errorsMs = new Ring(samples, memoryMs);
    this.#slacks = new Ring(samples, memoryMs);
  }

  /** Returns the time that a query must have to be admitted, which is expected to take `ms`. `batchMs`: time of a batch. */
  promisedMs(ms: number, batchMs: number, now: number): number {
    if (this.#margin === 0 || now >= this.#forgetAt) return ms;
    return Math.max(0, ms + Math.min(this.#margin * scaleOf(ms, batchMs), Math.max(ms, this.#pauseMs)));
  }

  /** Records a query, admitted or not, that asked for an answer within `limitMs`, and is expected to take `ms`. */
  offered(limitMs: number, ms: number, batchMs: number, now: number): void {
    if (batchMs <= 0) return;
    this.#slacks.add((limitMs - ms) / scaleOf(ms, batchMs), now);
    if (this.#slacks.count % this.#params.stride === 0) this.#margin = this.#marginAt(now);
  }

  /** Records the time that a query took. */
  observe(tookMs: number, expectedMs: number, batchMs: number, now: number): void {
    if (batchMs <= 0) return;
    this.#errors.add((tookMs - expectedMs) / scaleOf(expectedMs, batchMs), now);
    this.#errorsMs.add(tookMs - expectedMs, now);
    this.#forgetAt = now + this.#params.memoryMs;
  }

  /** Returns the smallest admissible slack. Sets `#pauseMs`. */
  #marginAt(now: number): number {
    const { late, risk } = this.#params;
    const offered = this.#slacks.sorted(now);
    const most = offered.at(-1) ?? Infinity;
    const all = this.#errors.sorted(now);
    // No choice of queries avoids an error for which none has the time, like a pause of the machine.
    let avoidable = all.length;
    while (avoidable > 0 && (all[avoidable - 1] ?? 0) > most) avoidable -= 1;
    if (avoidable === 0) return 0;
    const sorted = all.subarray(0, avoidable);
    this.#pauseMs = this.#errorsMs.sorted(now)[avoidable - 1] ?? 0;
    const least = sorted[Math.ceil((1 - risk) * sorted.length) - 1] ?? 0;
    /** Number of errors that are not larger than the slack, and the expected number of late queries so far. */
    let below = sorted.length;
    let lateCount = 0;
    let atRisk = 0;
    let smallest = Infinity;
    for (let index = offered.length - 1; index >= 0; index--) {
      const slack = offered[index] ?? 0;
      if (slack < least) break;
      while (below > 0 && (sorted[below - 1] ?? 0) > slack) below -= 1;
      if (below === sorted.length) continue;
      atRisk += 1;
      lateCount += 1 - below / sorted.length;
      if (lateCount / atRisk <= late) smallest = slack;
    }
    return atRisk === 0 ? least : Math.min(smallest, sorted.at(-1) ?? 0);
  }
}

export const createWaitEstimate = (params: WaitParams = defaultWaitParams): WaitEstimate => new WaitEstimate(params);

const scaleOf = (ms: number, batchMs: number): number => Math.sqrt(Math.max(ms, batchMs) * batchMs);
