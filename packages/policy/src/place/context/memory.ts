// Memory estimates of replicas and orders, from measurements or bounds.

import { groupBy, type Assignment } from '@pareto/core';
import { deviceMemory } from '../../share/device-memory.js';
import type { PlacementReplica, PlacementSnapshot, PlacementWorker } from '../../snapshot/snapshot.js';
import { measuredFootprint, noFootprint, type Footprint } from './footprint.js';
import { assumedFootprint, makingBound, memoryBound, type BoundParams } from './options.js';

export interface Memory {
  /**
   * Returns the memory measured on the assignment's class, or the assumed maximum if it was not measured. None if that is
   * unknown.
   */
  expected(assignment: Pick<Assignment, 'variant' | 'version' | 'hardwareClass'>): Footprint;
  /** Returns the memory of an existing replica. */
  ofReplica(replica: Pick<PlacementReplica, 'assignment' | 'state' | 'memoryBytes'>): Footprint;
  /** Returns the maximum memory of the worker's current order, and the provider that it runs on. None if it has no order. */
  ofOrder(worker: Pick<PlacementWorker, 'making' | 'measuring'>): Footprint & { readonly provider: string };
}

const noOrder = { ...noFootprint, provider: 'cpu' };

export function createMemory(
  { variants, architectures }: Pick<PlacementSnapshot, 'variants' | 'architectures'>,
  params: BoundParams,
): Memory {
  const known = groupBy(variants, ({ variant }) => variant.id);
  const expected: Memory['expected'] = ({ variant, version, hardwareClass }) => {
    const own = known.get(variant)?.find((one) => one.variant.version === version);
    const result = own?.measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
    if (own === undefined || result?.kind === 'failed') return noFootprint;
    if (result === undefined) return assumedFootprint(own, params);
    return measuredFootprint(own.variant, result.profile, params);
  };
  return {
    expected,
    ofReplica({ assignment, state, memoryBytes }) {
      // A failed replica has released its memory.
      const known = state === 'failed' ? noFootprint : expected(assignment);
      return { ...known, memoryBytes: Math.max(memoryBytes, known.memoryBytes) };
    },
    ofOrder({ making, measuring }) {
      if (making !== undefined) {
        const planned = architectures.find(({ architecture }) => architecture.name === making.architecture);
        const memoryBytes = planned === undefined ? 0 : makingBound(planned.architecture, making.recipe, params);
        return { memoryBytes, deviceMemoryBytes: 0, provider: 'cpu' };
      }
      if (measuring === undefined) return noOrder;
      const versions = known.get(measuring) ?? [];
      return {
        memoryBytes: Math.max(0, ...versions.map((one) => memoryBound(one, params))),
        deviceMemoryBytes: Math.max(0, ...versions.map(({ variant }) => deviceMemory(variant, undefined, params))),
        provider: versions[0]?.variant.provider ?? 'cpu',
      };
    },
  };
}
