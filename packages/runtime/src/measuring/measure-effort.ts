// How long a measurement takes: everything in proportion to the time that one variant is given.

/** All in ms of runs of the model. */
export interface MeasureEffort {
  /** Of a fresh executor: until the JavaScript on both sides of the socket is compiled, runs of small models take twice as long. */
  readonly firstWarmMs: number;
  /** Of each batch size. */
  readonly warmMs: number;
  readonly measureMs: number;
  /** Of all batch sizes together: larger ones are left out once it is spent. */
  readonly budgetMs: number;
  /** The same on a device, which compiles its programs at the first run of a size. */
  readonly deviceBudgetMs: number;
  /** For trying again what others disturbed, and for waiting before. */
  readonly retryMs: number;
}

/** Medians within 2 % on a quiet core; less is for trying things out. */
export const defaultProfileMs = 4_000;

export function measureEffort(profileMs: number): MeasureEffort {
  const share = profileMs / defaultProfileMs;
  return {
    firstWarmMs: 400 * share,
    warmMs: 50 * share,
    measureMs: 150 * share,
    budgetMs: profileMs,
    deviceBudgetMs: 2 * profileMs,
    retryMs: 3_000 * share,
  };
}
