// Parameters of the feasible clairvoyant.

export interface FeasibleParams {
  /** Number of windows of the demand that one program plans together. */
  readonly windowsPerPlan: number;
  /** Part of the latency objective that a batch may take at the 99th percentile. The rest is for waiting. */
  readonly latencyShare: number;
  /** Part of the slots, and of each replica's time, that queries may take. The rest absorbs that they do not arrive evenly. */
  readonly utilisation: number;
  /** Price of missing a query per second, as a multiple of the price of the most expensive worker. */
  readonly missFactor: number;
  /** Distance to the proven bound at which a program is solved. */
  readonly relativeGap: number;
  /** Iterations after which the best replicas so far are taken. */
  readonly iterations: number;
}

/**
 * Ours: no paper states them. The share and the utilisation are the cheapest of those tried with which the router and worker of
 * production answered 99 % of a mixed load on time: queries also wait for batches of other variants on their slot.
 */
export const defaultFeasibleParams: FeasibleParams = {
  windowsPerPlan: 6,
  latencyShare: 0.2,
  utilisation: 0.6,
  missFactor: 10,
  relativeGap: 0.02,
  iterations: 20_000,
};
