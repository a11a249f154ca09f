// Detection of a replica that is Interfered: its batches take longer than profiled, for longer than chance explains.

export interface Interference {
  /** Records that the live median was `typical` times the profiled one when a batch ended. */
  observe(typical: number, now: number): void;
  readonly isInterfered: boolean;
  reset(): void;
}

/** Live median, relative to the profile, above which a replica is Interfered if it lasts. */
const maxTypical = 1.25;
/** Live median below which it is not Interfered any more. */
const recoveredTypical = 1.15;
const lastingMs = 10_000;
const minBatches = 50;

/** Creates the state of one replica. Source: INFaaS (ATC'21), section 4. */
export function createInterference(): Interference {
  let since: number | undefined;
  let batches = 0;
  let isInterfered = false;
  function reset(): void {
    [since, batches, isInterfered] = [undefined, 0, false];
  }
  return {
    observe(typical, now) {
      if (typical < (isInterfered ? recoveredTypical : maxTypical)) return reset();
      since ??= now;
      batches += 1;
      isInterfered = now - since >= lastingMs && batches >= minBatches;
    },
    get isInterfered() {
      return isInterfered;
    },
    reset,
  };
}
