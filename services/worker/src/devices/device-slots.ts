// Device slots of this worker by hardware class, with what schedules batches and steps on them.

import { ParetoError, type Clock, type Rng, type SlotGroup } from '@pareto/core';
import {
  createLiveCheckBudget,
  defaultWorkerParams,
  pickSlotGroup,
  type LiveCheckBudget,
  type LiveCheckParams,
  type QueueBounds,
  type SlotTarget,
} from '@pareto/policy';
import type { SlotTokens } from '@pareto/runtime';
import type { Recorder } from '@pareto/service';
import { createWorkerDriver, type WorkerDriver } from '../batching/worker-driver.js';

/** Slots of one hardware class. Batches alternate on them, independently of the batches on other classes. */
export interface ClassSlots {
  readonly group: SlotGroup;
  /** Slots for runs of steps. */
  readonly tokens: SlotTokens;
  /** Acquires a slot as `tokens` do, but only while no replica or other step waits for one. */
  readonly acquireIdle: (signal: AbortSignal) => Promise<Disposable>;
  readonly checks: LiveCheckBudget;
}

export interface DeviceSlots {
  /** Schedules what runs on all of the slots. */
  readonly driver: WorkerDriver;
  readonly all: readonly ClassSlots[];
  /** Returns the slots that a variant runs on. */
  of(target: SlotTarget): ClassSlots;
}

export interface DeviceSlotsOptions {
  /** Bounds of the queue of each replica. */
  readonly bounds: QueueBounds;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly checkParams: LiveCheckParams;
  /** Records what is scheduled. Undefined if nothing is recorded. */
  readonly recorder?: Recorder | undefined;
}

/** Creates the slots of all groups. Throws `failed-precondition` if there are none. */
export function createDeviceSlots(groups: readonly SlotGroup[], options: DeviceSlotsOptions): DeviceSlots {
  const { bounds, clock, rng, checkParams, recorder } = options;
  const driver = createWorkerDriver({ groups, bounds, params: defaultWorkerParams, clock, recorder });
  const all = groups.map((group, index) => ({
    group,
    tokens: driver.tokens(index),
    acquireIdle: (signal: AbortSignal) => driver.acquireIdle(index, signal),
    checks: createLiveCheckBudget(group.slots, clock.now(), rng, checkParams),
  }));
  const [first] = all;
  if (first === undefined) throw new ParetoError('failed-precondition', 'this worker has no device slots');
  return {
    driver,
    all,
    of: (target) => all[pickSlotGroup(groups, target)] ?? first,
  };
}
