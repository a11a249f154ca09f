// Device slots of this worker by hardware class, with what schedules batches and steps on them.

import {
  hardwareClassOf,
  ParetoError,
  type Clock,
  type HardwareClassId,
  type Rng,
  type SlotGroup,
  type VariantSpec,
} from '@pareto/core';
import { createLiveCheckBudget, type LiveCheckBudget, type LiveCheckParams } from '@pareto/policy';
import { createSlotDriver, type SlotDriver } from '../batching/slot-driver.js';

/** Slots of one hardware class. Batches alternate on them, independently of the batches on other classes. */
export interface ClassSlots {
  readonly group: SlotGroup;
  readonly driver: SlotDriver;
  readonly checks: LiveCheckBudget;
}

/** Variant with the hardware class that it is assigned to. */
interface SlotTarget {
  readonly hardwareClass: HardwareClassId;
  readonly spec: Pick<VariantSpec, 'provider'>;
}

export interface DeviceSlots {
  readonly all: readonly ClassSlots[];
  /**
   * Returns the slots of the named hardware class, or else of any class of the same provider, since the name of a class
   * changes with the host's memory. Returns the first class if this worker does not serve the provider; the load then
   * fails with the reason.
   */
  of(target: SlotTarget): ClassSlots;
}

export interface DeviceSlotsOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly checkParams: LiveCheckParams;
}

/** Creates the drivers of all slot groups. Throws `failed-precondition` if there are none. */
export function createDeviceSlots(groups: readonly SlotGroup[], options: DeviceSlotsOptions): DeviceSlots {
  const { clock, rng, checkParams } = options;
  const all = groups.map((group) => ({
    group,
    driver: createSlotDriver(group.slots, clock),
    checks: createLiveCheckBudget(group.slots, clock.now(), rng, checkParams),
  }));
  const [first] = all;
  if (first === undefined) throw new ParetoError('failed-precondition', 'this worker has no device slots');
  return {
    all,
    of({ hardwareClass, spec: { provider } }) {
      const id = hardwareClassOf(hardwareClass);
      const sameProvider = all.filter(({ group }) => group.hardwareClass.provider === provider);
      return sameProvider.find(({ group }) => group.hardwareClass.id === id) ?? sameProvider[0] ?? first;
    },
  };
}
