// The profiled times of a variant by batch size, in arrays, so that decisions read one number.

import type { Profile } from '@pareto/core';
import { p50At, p99At } from '../cost/profile-at.js';

/** Times in ms by number of items. Element 0 is not used. */
export interface ServiceTimes {
  readonly p50: Float64Array;
  readonly p99: Float64Array;
}

/** Largest number of items with an element of its own. */
const maxItems = 64;
const known = new WeakMap<Profile, ServiceTimes>();

/** Returns the times of a profile for up to 64 items. Computes them once per profile. */
export function serviceTimes(profile: Profile): ServiceTimes {
  const before = known.get(profile);
  if (before !== undefined) return before;
  const times = {
    p50: Float64Array.from({ length: maxItems + 1 }, (_, items) => p50At(profile, items)),
    p99: Float64Array.from({ length: maxItems + 1 }, (_, items) => p99At(profile, items)),
  };
  known.set(profile, times);
  return times;
}

/** Returns the profiled p99 of a batch in ms. */
export const serviceP99 = (profile: Profile, items: number): number =>
  serviceTimes(profile).p99[items] ?? p99At(profile, items);
