// How wrong the expected times of queries at a replica are, and the time to allow for that so that few admitted ones are late.

import { Ring } from './ring.js';
import { selectSmallest, sortRange } from './select-smallest.js';

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

const create = (samples: number): Float32Array => new Float32Array(samples);
/** The recent samples of the estimate whose margin is computed. */
let [slacks, errors, errorsMs] = [create(0), create(0), create(0)];

/**
 * An estimate, at first without a margin. All is measured on one scale: times of batches vary independently, so that the error of
 * their sum grows with its root. The margin is the smallest with which no more than the allowed share of the queries would have
 * been late, had their errors been distributed like the recent ones that some query had the time for. An error longer
 * than the expected time shows no such variation but a pause, which delays each query by its own length, however long its wait is.
 */
export class WaitEstimate {
  readonly #params: WaitParams;
  /** Errors of expected times: on the scale, and in ms. */
  readonly #errors: Ring;
  /** Time that queries had beyond the expected one, whether they were admitted or not. */
  readonly #slacks: Ring;
  #margin = 0;
  /** Longest of the errors that count, in ms. */
  #pauseMs = 0;
  #forgetAt = -Infinity;

  constructor(params: WaitParams) {
    const { samples, memoryMs } = params;
    this.#params = params;
    if (slacks.length < samples) [slacks, errors, errorsMs] = [create(samples), create(samples), create(samples)];
    this.#errors = new Ring(samples, memoryMs, 2);
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
    this.#errors.add((tookMs - expectedMs) / scaleOf(expectedMs, batchMs), now, tookMs - expectedMs);
    this.#forgetAt = now + this.#params.memoryMs;
  }

  /** Returns the smallest admissible slack. Sets `#pauseMs`. */
  #marginAt(now: number): number {
    const { late, risk } = this.#params;
    const offered = this.#slacks.copy(slacks, now);
    const all = this.#errors.copy(errors, now);
    // No choice of queries avoids an error for which none has the time, like a pause of the machine.
    const most = offered === 0 ? Infinity : largestOf(slacks, 0, offered);
    const count = keep(errors, all, (error) => error <= most);
    if (count === 0) return 0;
    const rank = Math.ceil((1 - risk) * count) - 1;
    const least = selectSmallest(errors, count, rank);
    const largest = largestOf(errors, Math.max(0, rank), count);
    this.#pauseMs = selectSmallest(errorsMs, this.#errors.copy(errorsMs, now, 2), count - 1);
    // Queries with more time are late with no error, and those with less are too likely to be late.
    const atRisk = keep(slacks, offered, (slack) => slack >= least && slack < largest);
    if (atRisk === 0) return least;
    sortRange(slacks, 0, atRisk);
    sortRange(errors, Math.max(0, rank), count);
    /** Number of errors that are not larger than the slack, and the expected number of late queries so far. */
    let below = count;
    let lateCount = 0;
    let smallest = Infinity;
    for (let index = atRisk - 1; index >= 0; index--) {
      const slack = slacks[index] ?? 0;
      while (below > 0 && (errors[below - 1] ?? 0) > slack) below -= 1;
      lateCount += 1 - below / count;
      if (lateCount / (atRisk - index) <= late) smallest = slack;
    }
    return Math.min(smallest, largest);
  }
}

export const createWaitEstimate = (params: WaitParams = defaultWaitParams): WaitEstimate => new WaitEstimate(params);

const scaleOf = (ms: number, batchMs: number): number => Math.sqrt(Math.max(ms, batchMs) * batchMs);

function largestOf(values: Float32Array, from: number, end: number): number {
  let largest = -Infinity;
  for (let index = from; index < end; index++) largest = Math.max(largest, values[index] ?? 0);
  return largest;
}

/** Moves the values that are kept to the front, in their order, and returns their number. */
function keep(values: Float32Array, count: number, isKept: (value: number) => boolean): number {
  let kept = 0;
  for (let index = 0; index < count; index++) {
    const value = values[index] ?? 0;
    if (isKept(value)) values[kept++] = value;
  }
  return kept;
}
