// The rest between two turns of the control loop.

import { milliseconds, type Milliseconds } from '@pareto/core';

export interface RestParams {
  /** Minimum rest. Triggers during the rest share one turn. */
  readonly minMs: Milliseconds;
  /** Rest as a multiple of the time that the last turn was busy, so that turns take a bounded part of a core. */
  readonly perBusyMs: number;
}

export const defaultRestParams: RestParams = { minMs: 50 as Milliseconds, perBusyMs: 9 };

/** Returns the rest after a turn that was busy for `busyMs`. It is minimal while queries are held, which wait for a plan. */
export const planRest = (
  busyMs: number,
  { held }: { readonly held: readonly unknown[] },
  { minMs, perBusyMs }: RestParams,
): Milliseconds => (held.length > 0 ? minMs : milliseconds(Math.max(minMs, perBusyMs * busyMs)));
