// Memory estimates of replicas and orders, from measurements or bounds.

import { groupBy, type Assignment } from '@pareto/core';
import { replicaMemory } from '../../share/share-executor.js';
import { assumedMemory, makingBound, memoryBound } from './options.js';
import type { PlacementParams, PlacementSnapshot, PlacementWorker } from '../../snapshot/snapshot.js';

export interface Memory {
  /**
   * Returns the memory measured on the assignment's class, or the assumed maximum if it was not measured. 0 if that is
   * unknown.
   */
  expected(assignment: Pick<Assignment, 'variant' | 'version' | 'hardwareClass'>): number;
  /** Returns the maximum memory of the worker's current order, or 0 if it has none. */
  ofOrder(worker: Pick<PlacementWorker, 'making' | 'measuring'>): number;
}

export function createMemory(
  { variants, architectures }: Pick<PlacementSnapshot, 'variants' | 'architectures'>,
  params: Pick<PlacementParams, 'processBytes' | 'unmeasuredMemoryFactor'>,
): Memory {
  const known = groupBy(variants, ({ variant }) => variant.id);
  return {
    expected({ variant, version, hardwareClass }) {
      const own = known.get(variant)?.find((one) => one.variant.version === version);
      const result = own?.measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
      if (own === undefined) return 0;
      if (result === undefined) return assumedMemory(own, params);
      return result.kind === 'measured' ? replicaMemory(own.variant, result.profile) : 0;
    },
    ofOrder({ making, measuring }) {
      if (making !== undefined) {
        const planned = architectures.find(({ architecture }) => architecture.name === making.architecture);
        return planned === undefined ? 0 : makingBound(planned.architecture, making.recipe, params);
      }
      const versions = measuring === undefined ? [] : (known.get(measuring) ?? []);
      return Math.max(0, ...versions.map((one) => memoryBound(one, params)));
    },
  };
}
