// Detection of a replica that is Interfered: its batches take longer than profiled, for longer than chance explains.

export interface Interference {
  /** Records that the live median was `typical` times the profiled one when a batch ended. */
  observe(typical: number, now: number): void;
  readonly isInterfered: boolean;
  reset(): void;
}

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

/** Creates the state of one replica. Source: INFaaS (ATC'21), section 4. */
export function createInterference({
  maxTypical,
  recoveredTypical,
  lastingMs,
  minBatches,
}: InterferenceParams): Interference {
  let since: number | undefined;
  let batches = 0;
  const interference = {
    isInterfered: false,
    observe(typical: number, now: number): void {
      if (typical < (interference.isInterfered ? recoveredTypical : maxTypical)) return interference.reset();
      since ??= now;
      batches += 1;
      interference.isInterfered = now - since >= lastingMs && batches >= minBatches;
    },
    reset(): void {
      [since, batches, interference.isInterfered] = [undefined, 0, false];
    },
  };
  return interference;
}
