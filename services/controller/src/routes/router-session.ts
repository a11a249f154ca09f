// Which router a controller serves, and for how long. Routers belong on the leader's table; another controller gives them its
// own only while the leader can't be reached. Pure.

import type { Milliseconds } from '@pareto/core';

export interface RouterSession {
  /** The router takes a table from any controller. */
  readonly acceptFollower: boolean;
  readonly since: Milliseconds;
  /** Who else led when it came, as far as was known. */
  readonly leaderThen: string | undefined;
}

/** What a controller knows of the leadership. */
export interface LeadershipStatus {
  readonly leads: boolean;
  /** Another controller that leads. */
  readonly elsewhere: string | undefined;
  /** Since its store was last heard. */
  readonly storeAgeMs: number;
}

/** A guest tries the leader again after this long. A store that is silent for longer may well be heard by other controllers. */
const redirectAfterMs = 10_000;

export const mayServeRouter = (acceptFollower: boolean, { leads }: LeadershipStatus): boolean =>
  leads || acceptFollower;

/** The router is to go to the leader now, or to look for one. While nobody leads it stays. */
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
