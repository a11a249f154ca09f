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

const stateFromWire: Readonly<Record<string, ReplicaState>> = {
  LOADING: 'loading',
  WARMING: 'warming',
  READY: 'ready',
  DRAINING: 'draining',
  FAILED: 'failed',
};

export function replicaStateFromWire(state: wire.ReplicaState): ReplicaState {
  const known = stateFromWire[state];
  if (known === undefined)
    throw new ParetoError(
      'invalid-argument',
      `unknown replica state ${state}; expected one of ${Object.keys(stateFromWire).join(', ')}`,
    );
  return known;
}

export const replicaStateToWire = (state: ReplicaState): Exclude<wire.ReplicaState, 'REPLICA_STATE_UNSPECIFIED'> =>
  state.toUpperCase() as Uppercase<ReplicaState>;

export function slotGroupFromWire(message: wire.SlotGroup): SlotGroup {
  const hardware = message.hardwareClass;
  if (hardware === null) throw new ParetoError('invalid-argument', 'the hardware class of a slot group is missing');
  return {
    hardwareClass: {
      id: hardwareClassOf(hardware.id),
      provider: hardware.provider,
      device: hardware.device,
      instructionSet: hardware.instructionSet,
    },
    slots: message.slots,
    driver: message.driver,
    memoryPerSlot: bytes(hardware.memoryBytes),
  };
}

export const slotGroupToWire = ({
  hardwareClass,
  slots,
  driver,
  memoryPerSlot,
}: SlotGroup): Complete<wire.SlotGroupInput> => ({
  hardwareClass: { ...hardwareClass, memoryBytes: memoryPerSlot } satisfies Complete<wire.HardwareClassInput>,
  slots,
  driver,
});

export const workerInfoFromWire = (hello: wire.WorkerHello): WorkerInfo => ({
  id: workerId(hello.workerId),
  incarnation: hello.incarnation,
  address: hello.address,
  slotGroups: hello.slotGroups.map(slotGroupFromWire),
  memoryBytes: bytes(hello.memoryBytes),
  runtimeVersion: hello.runtimeVersion,
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

export const inferCountsToWire = (counts: InferCounts): Complete<wire.InferCountsInput> => counts;

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
  interfered: message.interfered,
  checkedRows: message.checkedRows,
  mixedReason: message.mixedReason,
  comparedRows: message.comparedRows,
  agreedRows: message.agreedRows,
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
