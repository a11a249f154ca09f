// Which routers a controller serves, and for how long. Routers use the leader's table, and that of another controller
// only while the leader is unreachable. Pure.

import type { Milliseconds } from '@pareto/core';
import type { RegistryView } from '../registry/registry-view.js';

export interface RouterSession {
  /** Set if the router accepts the table of any controller. */
  readonly acceptFollower: boolean;
  readonly since: Milliseconds;
  /** Address of another controller that led when the session began. Undefined if none was known. */
  readonly leaderThen: string | undefined;
}

/**
 * Returns whether a table comes from another store than this one, in which nothing is registered, and which neither a restore nor an
 * operator declared as the store of the cluster. A router then keeps its table: this store was most likely emptied while no controller could know.
 */
export const isOfOtherStore = (
  tableEpoch: string,
  { epoch, declared }: { readonly epoch: string; readonly declared: string | undefined },
  { tasks, architectures }: Pick<RegistryView, 'tasks' | 'architectures'>,
): boolean =>
  tasks.size + architectures.size === 0 &&
  declared !== epoch &&
  tableEpoch !== '' &&
  !tableEpoch.startsWith(`${epoch}.`);

/** The leadership, as far as this controller has received it. */
export interface LeadershipStatus {
  readonly leads: boolean;
  /** Address of another controller that leads. */
  readonly elsewhere: string | undefined;
  /** Time since the last response of the store. */
  readonly storeAgeMs: number;
}

/**
 * Time after which a router on a follower tries the leader again, and after which an unresponsive store of this
 * controller is assumed to be reachable from others.
 */
const redirectAfterMs = 10_000;

export const mayServeRouter = (acceptFollower: boolean, { leads }: LeadershipStatus): boolean =>
  leads || acceptFollower;

/**
 * Returns whether the router must reconnect to the leader or find one. While no controller leads, the router stays
 * connected, unless this controller's store is unresponsive.
 */
export function mustRedirect(
  { acceptFollower, since, leaderThen }: RouterSession,
  status: LeadershipStatus,
  now: Milliseconds,
): boolean {
  const { leads, elsewhere, storeAgeMs } = status;
  const isLong = now - since >= redirectAfterMs;
  if (leads) return false;
  if (elsewhere === undefined) return isLong && storeAgeMs >= redirectAfterMs;
  return !acceptFollower || elsewhere !== leaderThen || isLong;
}
