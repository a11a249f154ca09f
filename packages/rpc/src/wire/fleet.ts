// Workers, hardware and replicas, between domain and wire.

import {
  bytes,
  hardwareClassId,
  milliseconds,
  ParetoError,
  replicaId,
  variantId,
  workerId,
  type InferCounts,
  type ReplicaReport,
  type ReplicaState,
  type SlotGroup,
  type TimedCount,
  type WorkerInfo,
} from '@pareto/core';
import type * as wire from '../gen/messages.js';

const stateFromWire: Readonly<Record<string, ReplicaState>> = {
  LOADING: 'loading',
  WARMING: 'warming',
  READY: 'ready',
  DRAINING: 'draining',
  FAILED: 'failed',
};

export function replicaStateFromWire(state: wire.ReplicaState): ReplicaState {
  const known = stateFromWire[state];
  if (known === undefined) throw new ParetoError('invalid-argument', `replica state ${state} is not known`);
  return known;
}

export const replicaStateToWire = (state: ReplicaState): Exclude<wire.ReplicaState, 'REPLICA_STATE_UNSPECIFIED'> =>
  state.toUpperCase() as Uppercase<ReplicaState>;

export function slotGroupFromWire(message: wire.SlotGroup): SlotGroup {
  const hardware = message.hardwareClass;
  if (hardware === null) throw new ParetoError('invalid-argument', 'a slot group has no hardware class');
  return {
    hardwareClass: {
      id: hardwareClassId(hardware.id),
      provider: hardware.provider,
      device: hardware.device,
      instructionSet: hardware.instructionSet,
      memoryPerSlot: bytes(hardware.memoryBytes),
    },
    slots: message.slots,
    driver: message.driver,
  };
}

export const slotGroupToWire = (group: SlotGroup): wire.SlotGroupInput => ({
  hardwareClass: {
    id: group.hardwareClass.id,
    provider: group.hardwareClass.provider,
    device: group.hardwareClass.device,
    instructionSet: group.hardwareClass.instructionSet,
    memoryBytes: group.hardwareClass.memoryPerSlot,
  },
  slots: group.slots,
  driver: group.driver,
});

export const workerInfoFromWire = (hello: wire.WorkerHello): WorkerInfo => ({
  id: workerId(hello.workerId),
  incarnation: hello.incarnation,
  address: hello.address,
  slotGroups: hello.slotGroups.map(slotGroupFromWire),
  memoryBytes: bytes(hello.memoryBytes),
  runtimeVersion: hello.runtimeVersion,
});

export const workerInfoToWire = (info: WorkerInfo): wire.WorkerHelloInput => ({
  workerId: info.id,
  incarnation: info.incarnation,
  address: info.address,
  slotGroups: info.slotGroups.map(slotGroupToWire),
  memoryBytes: info.memoryBytes,
  runtimeVersion: info.runtimeVersion,
});

const timed = (message: wire.TimedCount | null): TimedCount => message ?? { count: 0, ns: 0 };

export const inferCountsFromWire = (message: wire.InferCounts | null): InferCounts => ({
  success: timed(message?.success ?? null),
  fail: timed(message?.fail ?? null),
  queue: timed(message?.queue ?? null),
  computeInput: timed(message?.computeInput ?? null),
  computeInfer: timed(message?.computeInfer ?? null),
  computeOutput: timed(message?.computeOutput ?? null),
  batches: message?.batches ?? [],
  lastInferenceAgeMs: message?.lastInferenceAgeMs === undefined ? undefined : milliseconds(message.lastInferenceAgeMs),
});

export const inferCountsToWire = ({
  batches,
  lastInferenceAgeMs,
  ...timedCounts
}: InferCounts): wire.InferCountsInput => ({
  ...timedCounts,
  batches: [...batches],
  ...(lastInferenceAgeMs === undefined ? {} : { lastInferenceAgeMs }),
});

export const replicaReportFromWire = (message: wire.ReplicaReport): ReplicaReport => ({
  replica: replicaId(message.replicaId),
  variant: variantId(message.variant),
  version: message.version,
  state: replicaStateFromWire(message.state),
  reason: message.reason,
  loadMs: milliseconds(message.loadMs),
  memoryBytes: bytes(message.memoryBytes),
  queuedItems: message.queuedItems,
  runningItems: message.runningItems,
  requests: message.requests,
  items: message.items,
  executions: message.executions,
  failures: message.failures,
  busyMs: milliseconds(message.busyUs / 1000),
  executorDeaths: message.executorDeaths,
  counts: inferCountsFromWire(message.counts),
  poisonousQueries: message.poisonousQueries,
  quarantined: message.quarantined,
});

export const replicaReportToWire = (report: ReplicaReport): wire.ReplicaReportInput => ({
  replicaId: report.replica,
  variant: report.variant,
  version: report.version,
  state: replicaStateToWire(report.state),
  reason: report.reason,
  loadMs: report.loadMs,
  memoryBytes: report.memoryBytes,
  queuedItems: report.queuedItems,
  runningItems: report.runningItems,
  requests: report.requests,
  items: report.items,
  executions: report.executions,
  failures: report.failures,
  busyUs: Math.round(report.busyMs * 1000),
  executorDeaths: report.executorDeaths,
  counts: inferCountsToWire(report.counts),
  poisonousQueries: report.poisonousQueries,
  quarantined: report.quarantined,
});
