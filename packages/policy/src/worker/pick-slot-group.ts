// The choice of the slots that a variant runs on.

import { hardwareClassOf, type HardwareClassId, type SlotGroup, type VariantSpec } from '@pareto/core';

/** Variant with the hardware class that it is assigned to. */
export interface SlotTarget {
  readonly hardwareClass: HardwareClassId;
  readonly spec: Pick<VariantSpec, 'provider'>;
}

/**
 * Returns the position of the group of the named hardware class, or else of any class of the same provider, since the name of a
 * class changes with the host's memory. Returns the first group if none has the provider; the load then fails with the reason.
 */
export function pickSlotGroup(
  groups: readonly Pick<SlotGroup, 'hardwareClass'>[],
  { hardwareClass, spec }: SlotTarget,
): number {
  const id = hardwareClassOf(hardwareClass);
  let sameProvider = -1;
  for (const [index, { hardwareClass: own }] of groups.entries()) {
    if (own.provider !== spec.provider) continue;
    if (own.id === id) return index;
    if (sameProvider < 0) sameProvider = index;
  }
  return Math.max(0, sameProvider);
}
