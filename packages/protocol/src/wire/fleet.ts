// Maps workers, hardware and replicas to messages and back.

import {
  bytes,
  hardwareClassOf,
  idWithMemory,
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
import type { Complete } from './complete.js';
import { oneOf } from './one-of.js';

const states = ['LOADING', 'WARMING', 'READY', 'DRAINING', 'FAILED'] as const;

const replicaStateFromWire = (state: wire.ReplicaState): ReplicaState =>
  oneOf('replica state', states, state).toLowerCase() as ReplicaState;

export const replicaStateToWire = (state: ReplicaState): Exclude<wire.ReplicaState, 'REPLICA_STATE_UNSPECIFIED'> =>
  state.toUpperCase() as Uppercase<ReplicaState>;

export function slotGroupFromWire({ hardwareClass, deviceMemoryBytes, ...group }: wire.SlotGroup): SlotGroup {
  if (hardwareClass === null)
    throw new ParetoError('invalid-argument', 'the hardware class of a slot group is missing');
  const { id, memoryBytes, ...hardware } = hardwareClass;
  return {
    ...group,
    hardwareClass: { ...hardware, id: hardwareClassOf(id) },
    memoryPerSlot: bytes(memoryBytes),
    deviceMemoryBytes: bytes(deviceMemoryBytes),
  };
}

export const slotGroupToWire = ({
  hardwareClass,
  memoryPerSlot,
  ...group
}: SlotGroup): Complete<wire.SlotGroupInput> => ({
  ...group,
  hardwareClass: { ...hardwareClass, memoryBytes: memoryPerSlot } satisfies Complete<wire.HardwareClassInput>,
});

export const workerInfoFromWire = (hello: wire.WorkerHello): WorkerInfo => ({
  id: workerId(hello.workerId),
  incarnation: hello.incarnation,
  address: hello.address,
  slotGroups: hello.slotGroups.map(slotGroupFromWire),
  memoryBytes: bytes(hello.memoryBytes),
  runtimeVersion: hello.runtimeVersion,
  replacesFiles: hello.replacesFiles,
});

/** The ids of the hardware classes have the memory, because a controller of an older release compares them whole. */
export const workerInfoToWire = ({
  id,
  slotGroups,
  ...info
}: WorkerInfo): Complete<wire.WorkerHelloInput, 'acceptsChanges'> => ({
  ...info,
  workerId: id,
  slotGroups: slotGroups.map((group) =>
    slotGroupToWire({ ...group, hardwareClass: { ...group.hardwareClass, id: idWithMemory(group) } }),
  ),
});

const none: TimedCount = { count: 0, ns: 0 };

export const inferCountsFromWire = (message: wire.InferCounts | null): InferCounts => ({
  success: message?.success ?? none,
  fail: message?.fail ?? none,
  queue: message?.queue ?? none,
  computeInput: message?.computeInput ?? none,
  computeInfer: message?.computeInfer ?? none,
  computeOutput: message?.computeOutput ?? none,
  batches: message?.batches ?? [],
  lastInferenceAgeMs: message?.lastInferenceAgeMs === undefined ? undefined : milliseconds(message.lastInferenceAgeMs),
});

export const inferCountsToWire = (counts: InferCounts): Complete<wire.InferCountsInput> => counts;

export const replicaReportFromWire = ({
  replicaId: id,
  busyUs,
  placement: _,
  ...report
}: wire.ReplicaReport): ReplicaReport => ({
  ...report,
  replica: replicaId(id),
  variant: variantId(report.variant),
  state: replicaStateFromWire(report.state),
  loadMs: milliseconds(report.loadMs),
  memoryBytes: bytes(report.memoryBytes),
  busyMs: milliseconds(busyUs / 1000),
  counts: inferCountsFromWire(report.counts),
});

export const replicaReportToWire = ({
  replica,
  busyMs,
  ...report
}: ReplicaReport): Complete<wire.ReplicaReportInput, 'placement'> => ({
  ...report,
  replicaId: replica,
  state: replicaStateToWire(report.state),
  busyUs: Math.round(busyMs * 1000),
  counts: inferCountsToWire(report.counts),
});
