// State of `pareto top`: the last overview of the cluster, its age, and the outage that prevents a newer one.

import type { Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { busyShares, busyTimes, type BusyTimes } from './busy-shares.js';

/** Status of a router. */
export type RouterStatus =
  | { readonly kind: 'serves'; readonly tableAgeMs: number | undefined }
  | { readonly kind: 'not ready' }
  | { readonly kind: 'unreachable' };

export interface Unreachable {
  readonly reason: string;
  /** Set if no controller could be reached at all. */
  readonly isAbsent: boolean;
  readonly router: RouterStatus;
}

export interface Outage extends Unreachable {
  readonly since: Milliseconds;
}

export interface DashboardState {
  readonly overview: wire.OverviewResponse | undefined;
  /** Time when `overview` was received. */
  readonly seenAt: Milliseconds | undefined;
  /** The current outage. Undefined if a controller responds. */
  readonly outage: Outage | undefined;
  /** Recent busy share of each worker's slots, by worker id. Missing until a worker was seen twice. */
  readonly busy: ReadonlyMap<string, number>;
  /** Busy times from the last few overviews, the oldest first. */
  readonly busyTimes: readonly BusyTimes[];
}

export const emptyDashboard: DashboardState = {
  ...{ overview: undefined, seenAt: undefined, outage: undefined },
  ...{ busy: new Map(), busyTimes: [] },
};

/** Number of busy times kept. Workers report once a second, so shares over fewer would jump. */
const maxBusyTimes = 6;

export function withOverview(
  overview: wire.OverviewResponse,
  now: Milliseconds,
  last: DashboardState = emptyDashboard,
): DashboardState {
  const times = [...last.busyTimes, busyTimes(overview.workers, now)].slice(-maxBusyTimes);
  return { overview, seenAt: now, outage: undefined, busy: busyShares(overview.workers, times), busyTimes: times };
}

/** Records an outage, and keeps the last overview and the start of an ongoing outage. */
export const withOutage = (last: DashboardState, cause: Unreachable, now: Milliseconds): DashboardState => ({
  ...last,
  outage: { ...cause, since: last.outage?.since ?? now },
});
