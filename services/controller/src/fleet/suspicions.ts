// Workers that a router can't reach: the table lets go of one that has not been in touch with this controller either.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import type { FleetState } from './fleet-state.js';

export interface SuspicionsOptions {
  readonly fleet: Pick<FleetState, 'suspect' | 'untilSuspectedMs'>;
  /** Called when the table is to let go of a worker. */
  readonly onSuspected: () => void;
  readonly clock: Clock;
}

/** Whatever has come from it by now is read first. */
const readMs = milliseconds(1);

/** To be told that a router can't reach a worker. A router says so once: its word is kept until the worker could be heard. */
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
