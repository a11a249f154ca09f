// The options of variants for queries that must be answered within a time.

import { oncePer, type Milliseconds, type VariantId } from '@pareto/core';
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
    if (slowdown === 1 && own.every((option) => leavesTime(option, latencyMs))) return own;
    const quick = own.filter(({ profile }) => profile === undefined || slowdown * p99At(profile, 1) <= latencyMs);
    return (quick.length > 0 ? quick : own).map((option) => within(option, latencyMs, slowdown));
  };
}

/** Returns whether the batch of an option leaves half of the time for waiting. Most do, and need no other numbers. */
const leavesTime = ({ batchP99Ms }: Option, latencyMs: Milliseconds): boolean => batchP99Ms <= latencyMs / 2;

function within(option: Option, latencyMs: Milliseconds, slowdown: number): Option {
  const { profile } = option;
  if (profile === undefined) return option;
  const known = knownOf(option);
  const before = known.get(latencyMs);
  if (before?.slowdown === slowdown) return before.option;
  const batch = Math.min(option.batch, batchCeiling(profile, latencyMs / slowdown));
  const batchP99Ms = slowdown * p99At(profile, batch);
  const secondsPerItem = (slowdown * p50At(profile, batch)) / batch / 1000;
  const result = { ...option, batch, batchP99Ms, secondsPerItem };
  if (known.size >= maxKnown) known.clear();
  known.set(latencyMs, { slowdown, option: result });
  return result;
}

interface KnownOption {
  readonly slowdown: number;
  readonly option: Option;
}

/** Results by latency, up to a number of them. Most are the same from one turn to the next. */
const knownOf: (option: Option) => Map<Milliseconds, KnownOption> = oncePer(() => new Map());
const maxKnown = 64;
