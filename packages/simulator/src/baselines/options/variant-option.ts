// The variants that a baseline can choose from: each on each hardware class that it was profiled on.

import { priceOf, type HardwareClassId, type Profile, type VariantId } from '@pareto/core';
import { accuracyOn, sharedBatchLimit } from '@pareto/policy';
import type { Cluster } from '../../cluster/cluster.js';

/** A variant on a hardware class of the fleet. */
export interface VariantOption {
  readonly variant: VariantId;
  readonly architecture: string;
  readonly task: string;
  readonly hardwareClass: HardwareClassId;
  readonly accuracy: number;
  readonly profile: Profile;
  readonly usdPerSlotHour: number;
}

/** Returns the largest batch of queries: a measured size that they may share. */
export const largestBatch = ({ profile }: Pick<VariantOption, 'profile'>): number =>
  Math.min(sharedBatchLimit(profile), profile.points.at(-1)?.batch ?? 1);

/** Returns the options on the classes that workers have, in the order of the registry. */
export function listOptions({ variants, workers, prices }: Cluster): readonly VariantOption[] {
  const present = new Set(workers.flatMap(({ slotGroups }) => slotGroups.map(({ hardwareClass }) => hardwareClass.id)));
  return variants.flatMap((one) =>
    one.measurements.flatMap(({ hardwareClass, result }): readonly VariantOption[] => {
      const accuracy = accuracyOn(one, hardwareClass);
      const usdPerSlotHour = priceOf(prices, hardwareClass);
      if (result.kind !== 'measured' || accuracy === undefined || usdPerSlotHour === undefined) return [];
      if (!present.has(hardwareClass)) return [];
      const { id: variant, architecture, task } = one.variant;
      const { profile } = result;
      return [{ variant, architecture, task, hardwareClass, accuracy: accuracy.value, profile, usdPerSlotHour }];
    }),
  );
}
