// The slot time that an item takes, with the idle time that lets queries be answered within their objective.

import type { Milliseconds, Profile } from '@pareto/core';
import { p50At, p99At } from '../../cost/profile-at.js';
import { poolUtilisation } from '../context/utilisation.js';
import { defaultSelectParams } from '../../select/selection-query.js';
import type { PlacementParams } from '../../snapshot/snapshot.js';

export interface SlotSecondsInput {
  readonly profile: Profile;
  readonly slowdown: number;
  readonly latencyMs: Milliseconds;
  /** Slots that share their queries: those of a worker. */
  readonly slots: number;
  readonly params: Pick<PlacementParams, 'targetUtilisation' | 'maxLate'>;
}

const { hopMs } = defaultSelectParams;

/** Maximum number of known times of a profile, which live slowdowns would add to for ever. */
const maxKnown = 500;
/** Known times by profile, because each turn needs nearly the same ones. NaN where no item is answered in time. */
const knownTimes = new WeakMap<Profile, Map<string, number>>();

/**
 * Returns the least time of a slot per item over all batch sizes that the objective allows. Large batches take less time, and
 * leave less time for waiting, so that slots can be used less. Undefined if not even a single item is answered in time.
 */
export function slotSeconds(input: SlotSecondsInput): number | undefined {
  const { profile, slowdown, latencyMs, slots, params } = input;
  const key = `${slowdown} ${latencyMs} ${slots} ${params.targetUtilisation} ${params.maxLate}`;
  const before = knownTimes.get(profile);
  const known = before !== undefined && before.size < maxKnown ? before : new Map<string, number>();
  if (known !== before) knownTimes.set(profile, known);
  const seconds = known.get(key) ?? leastSeconds(input) ?? NaN;
  known.set(key, seconds);
  return Number.isNaN(seconds) ? undefined : seconds;
}

function leastSeconds({ profile, slowdown, latencyMs, slots, params }: SlotSecondsInput): number | undefined {
  let least: number | undefined;
  for (const { batch } of profile.points) {
    const p50Ms = slowdown * p50At(profile, batch);
    const slack = (latencyMs - hopMs - slowdown * p99At(profile, batch)) / p50Ms;
    if (!(slack >= 0)) continue;
    const utilisation = poolUtilisation(slots, slack, params.maxLate, params.targetUtilisation);
    const seconds = ((p50Ms / batch / 1000) * params.targetUtilisation) / utilisation;
    if (least === undefined || seconds < least) least = seconds;
  }
  return least;
}
