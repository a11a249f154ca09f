// The options of variants for queries that must be answered within a time.

import type { Milliseconds, VariantId } from '@pareto/core';
import { batchCeiling } from '../../batch/batch-ceiling.js';
import { p50At, p99At } from '../../cost/profile-at.js';
import type { Option } from './options.js';

export type OptionsWithin = (variant: VariantId, latencyMs: Milliseconds) => readonly Option[];

/**
 * Returns the options on classes that can answer a single item in time, or all if none can, with the time of an item in the
 * largest batch that leaves half of the time for waiting. `slowdowns` multiply the profiled times.
 */
export function createOptionsWithin(
  served: ReadonlyMap<VariantId, readonly Option[]>,
  slowdowns: ReadonlyMap<string, number>,
): OptionsWithin {
  return (variant, latencyMs) => {
    const own = served.get(variant) ?? [];
    const slowdown = slowdowns.get(variant) ?? 1;
    const quick = own.filter(({ profile }) => profile === undefined || slowdown * p99At(profile, 1) <= latencyMs);
    return (quick.length > 0 ? quick : own).map((option) => {
      const { profile, batch } = option;
      if (profile === undefined) return option;
      const own = Math.min(batch, batchCeiling(profile, latencyMs / slowdown));
      if (own === batch && slowdown === 1) return option;
      return { ...option, batch: own, secondsPerItem: (slowdown * p50At(profile, own)) / own / 1000 };
    });
  };
}
