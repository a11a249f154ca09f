// Workers that a router reports as unreachable. The table drops those that are unresponsive to this controller too, and whose
// processes do not answer probes.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import type { FleetState } from '@pareto/policy';
import type { ProcessProbes } from './process-probes.js';
import type { ReportRequester } from './report-requester.js';

export interface SuspicionsOptions {
  readonly fleet: Pick<FleetState, 'session' | 'reportUnreachable' | 'suspect'>;
  readonly processProbes: ProcessProbes;
  readonly reportRequester: Pick<ReportRequester, 'requestReport'>;
  /** Called when a worker was suspected, so that the table drops its rows. */
  readonly onSuspected: () => void;
  readonly clock: Clock;
}

/** Delay before the check, so that messages that have already arrived are processed first. */
const readMs = milliseconds(1);

/** Creates the function to call when a router reports a worker as unreachable. */
export function createSuspicions({
  fleet,
  processProbes,
  reportRequester,
  onSuspected,
  clock,
}: SuspicionsOptions): (worker: WorkerId) => void {
  const check = (worker: WorkerId): void => {
    if (fleet.suspect(worker, clock.now())) onSuspected();
  };
  return (worker) => {
    const untilMs = fleet.reportUnreachable(worker, clock.now());
    if (untilMs === undefined) return;
    reportRequester.requestReport(worker);
    const info = fleet.session(worker)?.info;
    if (info !== undefined) void processProbes.probe(info);
    clock.after(untilMs, () => clock.after(readMs, () => check(worker)));
  };
}
