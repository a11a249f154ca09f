// What `pareto top` knows: the last picture of the cluster, how old it is, and why there is no newer one.

import type { Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { busyShares, busyTimes, type BusyTimes } from './busy-shares.js';

/** What a router says of itself while no controller answers. */
export type RouterStatus =
  | { readonly kind: 'serves'; readonly tableAgeMs: number | undefined }
  | { readonly kind: 'not ready' }
  | { readonly kind: 'silent' };

export interface Unreachable {
  readonly reason: string;
  /** No controller could be reached at all. */
  readonly isAbsent: boolean;
  readonly router: RouterStatus;
}

export interface Outage extends Unreachable {
  readonly since: Milliseconds;
}

export interface DashboardState {
  readonly overview: wire.OverviewResponse | undefined;
  /** When it was seen. */
  readonly seenAt: Milliseconds | undefined;
  /** No controller answers; undefined when one does. */
  readonly outage: Outage | undefined;
  /** Share of each worker's slots that was busy lately; of one that was seen only once it is not known. */
  readonly busy: ReadonlyMap<string, number>;
  /** Of the last few pictures, the oldest first. */
  readonly busyTimes: readonly BusyTimes[];
}

export const emptyDashboard: DashboardState = {
  ...{ overview: undefined, seenAt: undefined, outage: undefined },
  ...{ busy: new Map(), busyTimes: [] },
};

/** Workers report once a second: over less than a few seconds shares jump. */
const maxBusyTimes = 6;

export function withOverview(
  overview: wire.OverviewResponse,
  now: Milliseconds,
  last: DashboardState = emptyDashboard,
): DashboardState {
  const times = [...last.busyTimes, busyTimes(overview.workers, now)].slice(-maxBusyTimes);
  return { overview, seenAt: now, outage: undefined, busy: busyShares(overview.workers, times), busyTimes: times };
}

/** The picture stays; the outage began when the first word of it came. */
export const withOutage = (last: DashboardState, cause: Unreachable, now: Milliseconds): DashboardState => ({
  ...last,
  outage: { ...cause, since: last.outage?.since ?? now },
});
