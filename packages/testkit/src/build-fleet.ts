// Builders of hardware and workers for tests. Each fills the fields that a test does not give.

import {
  bytes,
  createHardwareClass,
  workerId,
  type HardwareClass,
  type SlotGroup,
  type WorkerInfo,
} from '@pareto/core';

export const buildHardwareClass = (fields: Partial<Omit<HardwareClass, 'id'>> = {}): HardwareClass =>
  createHardwareClass({
    ...{ provider: 'cpu', device: 'test', instructionSet: 'none', memoryPerSlot: bytes(2 ** 30) },
    ...fields,
  });

export const buildSlotGroup = (hardwareClass: HardwareClass = buildHardwareClass(), slots = 1): SlotGroup => ({
  hardwareClass,
  slots,
  driver: '',
});

/** Builds a worker with 1 GiB for its replicas and no slots. */
export const buildWorkerInfo = (fields: Partial<WorkerInfo> = {}): WorkerInfo => ({
  id: workerId('w1'),
  incarnation: '1',
  address: 'w1:1',
  slotGroups: [],
  memoryBytes: bytes(2 ** 30),
  runtimeVersion: '1',
  ...fields,
});
