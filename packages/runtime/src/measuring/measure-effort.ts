// Time limits of the phases of a measurement, in proportion to the total time for one variant.

/** Limits in milliseconds of run time. */
export interface MeasureEffort {
  /**
   * Warm-up of a new executor. Runs of small models take twice as long until the JavaScript on both sides of the socket
   * is compiled.
   */
  readonly firstWarmMs: number;
  /** Warm-up of each batch size. */
  readonly warmMs: number;
  readonly measureMs: number;
  /** Total for all batch sizes. Once it is spent, larger sizes are skipped. */
  readonly budgetMs: number;
  /** Total for all batch sizes on a device, which compiles its programs at the first run of each size. */
  readonly deviceBudgetMs: number;
  /** Total for repeating noisy measurements, including the pauses before them. */
  readonly retryMs: number;
}

/** Default total time, with which medians are precise to 2 % on an idle core. */
export const defaultProfileMs = 4_000;

/** Returns the limits for a total time of `profileMs`. */
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
