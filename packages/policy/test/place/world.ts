// A small world for placement: builders, and a fleet that carries plans out.

import {
  bytes,
  createHardwareClass,
  digest,
  milliseconds,
  variantId,
  workerId,
  type Measurement,
  type Plan,
  type Profile,
  type Task,
  type WorkerInfo,
} from '@pareto/core';
import type {
  PlacementReplica,
  PlacementSnapshot,
  PlacementVariant,
  PlacementWorker,
} from '../../src/place/snapshot.js';

export const cpu = createHardwareClass({
  provider: 'cpu',
  device: 'test',
  instructionSet: 'avx2',
  memoryPerSlot: bytes(2 ** 30),
});

export const mib = (n: number): number => n * 2 ** 20;

function profile(p50Ms: number, memoryMib: number): Profile {
  const ms = milliseconds(p50Ms);
  return {
    points: [{ batch: 1, p50Ms: ms, p95Ms: ms, p99Ms: ms, runs: 100 }],
    loadMs: milliseconds(100),
    memoryBytes: bytes(mib(memoryMib)),
    runtimeVersion: '1',
    providerUsed: 'cpu',
  };
}

export function task(name: string): Task {
  return { name, metric: 'top1', signature: undefined, defaultObjective: {}, validation: undefined };
}

export interface VariantFields {
  readonly task?: string;
  readonly version?: number;
  /** Undefined: not measured. */
  readonly p50Ms?: number;
  readonly memoryMib?: number;
  readonly accuracy?: number;
  readonly quarantineReason?: string;
}

export function variant(id: string, fields: VariantFields = {}): PlacementVariant {
  const [architecture = id, recipe = 'original'] = id.split(':');
  const version = fields.version ?? 1;
  const value = fields.accuracy ?? 0.9;
  const accuracy = { metric: 'top1' as const, value, lower95: value, upper95: value, samples: 1000 };
  const measured = (p50Ms: number): Measurement => ({
    variant: variantId(id),
    version,
    hardwareClass: cpu.id,
    result: { kind: 'measured', profile: profile(p50Ms, fields.memoryMib ?? 100), accuracy },
  });
  return {
    variant: {
      id: variantId(id),
      architecture,
      version,
      task: fields.task ?? 'digits',
      recipe,
      provider: 'cpu',
      modelDigest: digest('sha256:0'),
      manifest: { files: [{ path: 'model.onnx', digest: digest('sha256:1'), sizeBytes: bytes(mib(10)) }] },
      quarantineReason: fields.quarantineReason,
    },
    measurements: fields.p50Ms === undefined ? [] : [measured(fields.p50Ms)],
  };
}

export function worker(
  id: string,
  memoryMib: number,
  fields: Partial<Omit<PlacementWorker, 'info'>> & { readonly slots?: number } = {},
): PlacementWorker {
  const info: WorkerInfo = {
    id: workerId(id),
    incarnation: '1',
    address: `${id}:1`,
    slotGroups: [{ hardwareClass: cpu, slots: fields.slots ?? 1 }],
    memoryBytes: bytes(mib(memoryMib)),
    runtimeVersion: '1',
  };
  return { info, presence: 'connected', draining: false, measuring: undefined, ...fields };
}

export function snapshot(fields: Partial<PlacementSnapshot>): PlacementSnapshot {
  return {
    now: milliseconds(1000),
    planId: 'p0',
    tasks: [task('digits')],
    variants: [],
    workers: [],
    replicas: [],
    held: [],
    wanted: new Map(),
    prices: { 'cpu/': 0.048 },
    ...fields,
  };
}

/** The world one turn after a plan: what left is gone, what loaded is ready, what was measured has a profile. */
export function carryOut(before: PlacementSnapshot, plan: Plan, turn: number, keepDraining = false): PlacementSnapshot {
  const unloaded = new Set(plan.actions.flatMap((a) => (a.kind === 'unload' ? [a.assignment.replica] : [])));
  const measured = new Set(plan.actions.flatMap((a) => (a.kind === 'measure' ? [a.variant] : [])));
  const now = milliseconds(before.now + 1000);
  const kept = before.replicas.flatMap((replica): PlacementReplica[] => {
    if (unloaded.has(replica.assignment.replica)) return keepDraining ? [{ ...replica, state: 'draining' }] : [];
    if (replica.state === 'draining') return [];
    return [replica.state === 'failed' ? replica : { ...replica, state: 'ready' }];
  });
  const loaded = plan.actions.flatMap((action): PlacementReplica[] =>
    action.kind === 'load'
      ? [{ assignment: action.assignment, state: 'assigned', since: now, memoryBytes: bytes(0), lastUsedAt: now }]
      : [],
  );
  return {
    ...before,
    now,
    planId: `p${turn}`,
    held: [],
    replicas: [...kept, ...loaded],
    variants: before.variants.map((v) => (measured.has(v.variant.id) ? asMeasured(v) : v)),
  };
}

const asMeasured = ({ variant: v }: PlacementVariant): PlacementVariant =>
  variant(v.id, { task: v.task, version: v.version, p50Ms: 2, memoryMib: 60 });

/** Bytes that the replicas on a worker take by what is known of their variants, with what a plan loads on top. */
export function memoryOn(id: string, world: PlacementSnapshot, plan: Plan): number {
  const loads = plan.actions.flatMap((a) => (a.kind === 'load' && a.assignment.worker === id ? [a.assignment] : []));
  const here = world.replicas
    .filter((r) => r.assignment.worker === id && r.state !== 'failed')
    .map((r) => r.assignment);
  return [...here, ...loads].reduce((sum, assignment) => {
    const result = world.variants.find((v) => v.variant.id === assignment.variant)?.measurements[0]?.result;
    return sum + (result?.kind === 'measured' ? result.profile.memoryBytes : 0);
  }, 0);
}
