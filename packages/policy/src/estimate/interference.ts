// Detection of a replica that is Interfered: its batches take longer than profiled, for longer than chance explains.

export interface InterferenceParams {
  /** Live median, relative to the profile, above which a replica is Interfered if it lasts. */
  readonly maxTypical: number;
  /** Live median below which it is not Interfered any more. */
  readonly recoveredTypical: number;
  /** Time, in ms, and number of batches for which it must last. */
  readonly lastingMs: number;
  readonly minBatches: number;
}

export const defaultInterferenceParams: InterferenceParams = {
  maxTypical: 1.25,
  recoveredTypical: 1.15,
  lastingMs: 10_000,
  minBatches: 50,
};

/** The state of one replica. Source: INFaaS (ATC'21), section 4. */
export class Interference {
  isInterfered = false;
  readonly #params: InterferenceParams;
  #since = 0;
  #batches = 0;

  constructor(params: InterferenceParams) {
    this.#params = params;
  }

  /** Records that the live median was `typical` times the profiled one when a batch ended. */
  observe(typical: number, now: number): void {
    const { maxTypical, recoveredTypical, lastingMs, minBatches } = this.#params;
    if (typical < (this.isInterfered ? recoveredTypical : maxTypical)) return this.reset();
    if (this.#batches === 0) this.#since = now;
    this.#batches += 1;
    this.isInterfered = now - this.#since >= lastingMs && this.#batches >= minBatches;
  }

  reset(): void {
    this.#batches = 0;
    this.isInterfered = false;
  }
}
