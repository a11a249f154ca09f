// Workers that a router reports as unreachable. The table drops those that are unresponsive to this controller too.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import type { FleetState } from './fleet-state.js';

export interface SuspicionsOptions {
  readonly fleet: Pick<FleetState, 'suspect' | 'untilSuspectedMs'>;
  /** Called when a worker was suspected, so that the table drops its rows. */
  readonly onSuspected: () => void;
  readonly clock: Clock;
}

/** Delay before the check, so that messages that have already arrived are processed first. */
const readMs = milliseconds(1);

/**
 * Creates the function to call when a router reports a worker as unreachable. Routers report a worker only once, so the
 * worker is checked at the time at which it would count as unresponsive here too.
 */
export function createSuspicions({ fleet, onSuspected, clock }: SuspicionsOptions): (worker: WorkerId) => void {
  const waiting = new Set<WorkerId>();
  const check = (worker: WorkerId): void => {
    waiting.delete(worker);
    if (fleet.suspect(worker, clock.now())) onSuspected();
  };
  return (worker) => {
    const untilMs = fleet.untilSuspectedMs(worker, clock.now());
    if (untilMs === undefined || waiting.has(worker)) return;
    waiting.add(worker);
    clock.after(untilMs, () => clock.after(readMs, () => check(worker)));
  };
}
