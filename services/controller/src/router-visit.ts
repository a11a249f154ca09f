// Which router a controller serves, and for how long. Routers belong on the leader's table; another controller gives them its
// own only while the leader can't be reached. Pure.

import type { Milliseconds } from '@pareto/core';

export interface Visit {
  /** The router takes a table from any controller. */
  readonly anyController: boolean;
  readonly since: Milliseconds;
  /** Who else led when it came, as far as was known. */
  readonly leaderThen: string | undefined;
}

/** What a controller knows of the leadership. */
export interface Standing {
  readonly leads: boolean;
  /** Another controller that leads. */
  readonly elsewhere: string | undefined;
}

/** A guest tries the leader again after this long. */
const visitMs = 10_000;

export const isWelcome = (anyController: boolean, { leads }: Standing): boolean => leads || anyController;

/** The router is to go to the leader now. While nobody is known to lead it stays. */
export function isOver({ anyController, since, leaderThen }: Visit, standing: Standing, now: Milliseconds): boolean {
  if (standing.leads || standing.elsewhere === undefined) return false;
  return !anyController || standing.elsewhere !== leaderThen || now - since >= visitMs;
}
