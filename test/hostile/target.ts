// What attackers know about a cluster: its addresses and the models that it serves.

export interface Target {
  /** Addresses, host:port. */
  readonly router: string;
  readonly http: string;
  readonly worker: string;
  readonly controller: string;
  /** Ports of /metrics, /livez and /readyz. */
  readonly probes: readonly string[];
}

/** Doubles its input `x` of 4 floats. */
export const smallModel = 'hostile-small';
/** Answers a query of one float with 1 MiB. */
export const wideModel = 'hostile-wide';
