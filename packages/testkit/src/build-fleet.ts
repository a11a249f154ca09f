// Builders of hardware, workers and replica reports for tests. Each has defaults for fields that a test does not pass.

import {
  bytes,
  createHardwareClass,
  milliseconds,
  noCounts,
  replicaId,
  variantId,
  workerId,
  type HardwareClass,
  type ReplicaReport,
  type SlotGroup,
  type WorkerInfo,
} from '@pareto/core';

export const buildHardwareClass = (fields: Partial<Omit<HardwareClass, 'id'>> = {}): HardwareClass =>
  createHardwareClass({
    ...{ provider: 'cpu', device: 'test', instructionSet: 'none' },
    ...fields,
  });

/** Builds a slot group. By default, its device has no memory of its own. */
export const buildSlotGroup = (
  hardwareClass: HardwareClass = buildHardwareClass(),
  slots = 1,
  device: Partial<Pick<SlotGroup, 'deviceMemoryBytes' | 'deviceId'>> = {},
): SlotGroup => ({
  hardwareClass,
  slots,
  driver: '',
  memoryPerSlot: bytes(2 ** 30),
  deviceMemoryBytes: bytes(0),
  deviceId: '',
  ...device,
});

/** Builds a worker with 1 GiB for its replicas and no slots. */
export const buildWorkerInfo = (fields: Partial<WorkerInfo> = {}): WorkerInfo => ({
  id: workerId('w1'),
  incarnation: '1',
  address: 'w1:1',
  slotGroups: [],
  memoryBytes: bytes(2 ** 30),
  runtimeVersion: '1',
  replacesFiles: true,
  ...fields,
});

/** Builds the report of a ready replica that has received no query. */
export const buildReplicaReport = (fields: Partial<ReplicaReport> = {}): ReplicaReport => ({
  replica: replicaId('r1'),
  variant: variantId('a:original'),
  version: 1,
  state: 'ready',
  reason: '',
  loadMs: milliseconds(1),
  memoryBytes: bytes(0),
  queuedItems: 0,
  runningItems: 0,
  requests: 0,
  items: 0,
  executions: 0,
  failures: 0,
  busyMs: milliseconds(0),
  executorDeaths: 0,
  counts: noCounts,
  poisonousQueries: 0,
  quarantined: false,
  interfered: false,
  checkedRows: 0,
  mixedReason: '',
  comparedRows: 0,
  agreedRows: 0,
  ...fields,
});
