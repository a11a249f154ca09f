// The times that executors take in truth, whatever the profiles that policies see.

import type { HardwareClassId, Profile, Rng, VariantId } from '@pareto/core';
import { p50At, p95At, p99At } from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';
import { createTimeTable, drawTime } from './time-table.js';

export interface ExecutorTimes {
  readonly loadMs: (variant: VariantId, hardwareClass: HardwareClassId) => number;
  /** Draws the time of a run. Sizes between the points of the profile are interpolated as policies do. */
  readonly runMs: (variant: VariantId, hardwareClass: HardwareClassId, size: number) => number;
}

interface ProfiledTimes {
  readonly profile: Profile;
  /** Tables of the batch sizes that have run. */
  readonly tables: Float64Array[];
}

/** `truth` has the profiles that runs follow. */
export function createExecutorTimes(truth: Cluster, rng: Rng): ExecutorTimes {
  const known = new Map<VariantId, Map<HardwareClassId, ProfiledTimes>>();
  for (const { variant, measurements } of truth.variants) {
    const byClass = new Map<HardwareClassId, ProfiledTimes>();
    for (const { hardwareClass, result } of measurements)
      if (result.kind === 'measured') byClass.set(hardwareClass, { profile: result.profile, tables: [] });
    known.set(variant.id, byClass);
  }
  function timesOf(variant: VariantId, hardwareClass: HardwareClassId): ProfiledTimes {
    const times = known.get(variant)?.get(hardwareClass);
    if (times === undefined) throw new Error(`${variant} has no profile on ${hardwareClass}`);
    return times;
  }
  return {
    loadMs: (variant, hardwareClass) => timesOf(variant, hardwareClass).profile.loadMs,
    runMs(variant, hardwareClass, size) {
      const { profile, tables } = timesOf(variant, hardwareClass);
      const table = (tables[size] ??= createTimeTable({
        p50Ms: p50At(profile, size),
        p95Ms: p95At(profile, size),
        p99Ms: p99At(profile, size),
      }));
      return drawTime(table, rng);
    },
  };
}
