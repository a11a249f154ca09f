// The device slots of this worker by hardware class: who runs on which, and whose turn it is there.

import { ParetoError, type HardwareClassId, type SlotGroup, type VariantSpec } from '@pareto/core';
import { createSlotTokens, type SlotTokens } from '@pareto/runtime';

/** The slots of one class. Batches on them take turns; those of other classes run beside them. */
export interface ClassSlots {
  readonly group: SlotGroup;
  readonly tokens: SlotTokens;
  /** Not the host's cores: batches are padded to sizes that the device has prepared itself for. */
  readonly isDevice: boolean;
}

interface Wanted {
  readonly hardwareClass: HardwareClassId;
  readonly spec: Pick<VariantSpec, 'provider'>;
}

export interface DeviceSlots {
  readonly all: readonly ClassSlots[];
  /**
   * The class that an order names, else one of its provider: a class changes its name with the host's memory. A provider that is not
   * here gets any: whoever loads the variant is told.
   */
  of(wanted: Wanted): ClassSlots;
}

/** Throws when there are no groups. */
export function createDeviceSlots(groups: readonly SlotGroup[]): DeviceSlots {
  const all = groups.map((group) => ({
    group,
    tokens: createSlotTokens(group.slots),
    isDevice: group.hardwareClass.provider !== 'cpu',
  }));
  const [first] = all;
  if (first === undefined) throw new ParetoError('failed-precondition', 'this worker has no device slots');
  return {
    all,
    of({ hardwareClass, spec: { provider } }) {
      const sameProvider = all.filter(({ group }) => group.hardwareClass.provider === provider);
      return sameProvider.find(({ group }) => group.hardwareClass.id === hardwareClass) ?? sameProvider[0] ?? first;
    },
  };
}
