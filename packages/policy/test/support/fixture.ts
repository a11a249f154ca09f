// Builders of placement snapshots, and short texts of plans.

import {
  bytes,
  fallbackObjective,
  milliseconds,
  replicaId,
  variantId,
  workerId,
  type Architecture,
  type HardwareClass,
  type Measurement,
  type Milliseconds,
  type Plan,
  type Profile,
  type Task,
  type VariantId,
} from '@pareto/core';
import {
  buildAccuracy,
  buildArchitecture,
  buildHardwareClass,
  buildManifest,
  buildMeasuredResult,
  buildPoint,
  buildProfile,
  buildSlotGroup,
  buildTask,
  buildVariant,
  buildWorkerInfo,
} from '@pareto/testkit';
import type { Scored } from './scores.js';
import type { PlacementWarmthRule } from '../../src/snapshot/warmth.js';
import {
  defaultPlacementParams,
  noAccuracyMarks,
  type Demand,
  type PlacementArchitecture,
  type PlacementReplica,
  type PlacementSnapshot,
  type PlacementVariant,
  type PlacementWorker,
} from '../../src/snapshot/snapshot.js';

export const cpu: HardwareClass = buildHardwareClass({ instructionSet: 'avx2' });
export const gpu: HardwareClass = buildHardwareClass({ provider: 'webgpu' });

export const mib = (n: number): number => n * 2 ** 20;

const profile = (
  p50Ms: number,
  { memoryMib = 100, deviceMib, noise }: Pick<VariantFields, 'memoryMib' | 'deviceMib' | 'noise'>,
): Profile =>
  buildProfile([buildPoint(1, p50Ms)], {
    memoryBytes: bytes(mib(memoryMib)),
    ...(deviceMib === undefined ? {} : { deviceMemoryBytes: bytes(mib(deviceMib)) }),
    ...(noise === undefined ? {} : { noise }),
  });

export const task = (name: string): Task => buildTask({ name });

export interface VariantFields {
  readonly task?: string;
  readonly version?: number;
  /** Latency of batch 1. Undefined if not measured. */
  readonly p50Ms?: number;
  readonly memoryMib?: number;
  readonly accuracy?: number;
  readonly quarantineReason?: string;
  /** Environment of the measurement. That of the workers is `1`. */
  readonly environment?: string;
  /** Error of a failed measurement. */
  readonly failure?: string;
  /** Noise of the profile. */
  readonly noise?: number;
  /** Size of the file. 10 MiB by default. */
  readonly fileMib?: number;
  /** Measured memory of the device. Undefined if it was not measured. */
  readonly deviceMib?: number;
  readonly dominatedBy?: string;
  readonly dominatedWithin?: boolean;
  /** Accuracy with the scores of its samples, instead of `accuracy`. */
  readonly scored?: Scored;
  readonly agreement?: number;
}

/** Builds a variant from `architecture:recipe[@provider]`. */
export function variant(id: string, fields: VariantFields = {}): PlacementVariant {
  const [architecture = id, rest = 'original'] = id.split(':');
  const [recipe = rest, provider = 'cpu'] = rest.split('@');
  const { version = 1, p50Ms, failure, environment = '1' } = fields;
  const accuracy = buildAccuracy(fields.accuracy ?? 0.9, 0);
  const { scored, agreement } = fields;
  const measurement = (result: Measurement['result']): Measurement => ({
    variant: variantId(id),
    version,
    hardwareClass: provider === 'cpu' ? cpu.id : gpu.id,
    environment,
    result,
  });
  const results: readonly Measurement['result'][] = [
    ...(p50Ms === undefined
      ? []
      : [
          buildMeasuredResult(profile(p50Ms, fields), accuracy, {
            ...scored,
            agreement,
          }),
        ]),
    ...(failure === undefined ? [] : [{ kind: 'failed' as const, reason: failure }]),
  ];
  return {
    variant: buildVariant({
      id: variantId(id),
      architecture,
      version,
      task: fields.task ?? 'digits',
      recipe,
      provider,
      ...(fields.fileMib === undefined ? {} : { manifest: buildManifest({ sizeBytes: bytes(mib(fields.fileMib)) }) }),
      quarantineReason: fields.quarantineReason,
    }),
    measurements: results.map(measurement),
    accuracyMarks: noAccuracyMarks,
    dominatedBy: fields.dominatedBy === undefined ? undefined : variantId(fields.dominatedBy),
    dominatedWithin: fields.dominatedWithin ?? false,
  };
}

/** Adds a measurement on another class, on which the variant is `factor` times as slow. */
export function alsoOn(
  known: PlacementVariant,
  { id: hardwareClass }: HardwareClass,
  factor: number,
): PlacementVariant {
  const more = known.measurements.flatMap((one): readonly Measurement[] => {
    if (one.result.kind !== 'measured') return [];
    const times = (ms: number): Milliseconds => milliseconds(ms * factor);
    const points = one.result.profile.points.map((point) => ({
      ...{ ...point, p50Ms: times(point.p50Ms), p95Ms: times(point.p95Ms), p99Ms: times(point.p99Ms) },
    }));
    return [{ ...one, hardwareClass, result: { ...one.result, profile: { ...one.result.profile, points } } }];
  });
  return { ...known, measurements: [...known.measurements, ...more] };
}

export const files = buildManifest();

export const architecture = (
  name: string,
  fields: Partial<Architecture> = {},
  outcomes: PlacementArchitecture['outcomes'] = [],
): PlacementArchitecture => ({ architecture: buildArchitecture({ name, ...fields }), outcomes });

export function replica(
  id: string,
  of: string,
  on: string,
  { version = 1, ...fields }: Partial<PlacementReplica> & { readonly version?: number } = {},
): PlacementReplica {
  const hardwareClass = of.includes('@') ? gpu.id : cpu.id;
  const { state = 'ready', since = milliseconds(0) } = fields;
  return {
    assignment: { replica: replicaId(id), variant: variantId(of), version, worker: workerId(on), hardwareClass },
    state,
    since,
    readyAt: state === 'ready' ? since : undefined,
    memoryBytes: bytes(0),
    lastUsedAt: milliseconds(0),
    ...fields,
  };
}

/** Formats the actions of a plan in short. */
export const brief = (plan: Plan): readonly string[] =>
  plan.actions.map((action) => {
    if (action.kind === 'make') return `make ${action.recipe} of ${action.architecture} on ${action.worker}`;
    if (action.kind === 'measure') return `measure ${action.variant} on ${action.worker}`;
    const { variant: of, version, worker: on } = action.assignment;
    return `${action.kind} ${of}${version === 1 ? '' : ` v${version}`} on ${on}`;
  });

/** Builds a rule for the task `digits`, or one of its architectures or variants. It is as old as the clock. */
export const warmthRule = (
  kind: PlacementWarmthRule['kind'],
  target: string,
  fields: Partial<PlacementWarmthRule> = {},
): PlacementWarmthRule => ({
  ...{ kind, target, tenant: 'default', task: 'digits', reason: '', since: milliseconds(0) },
  ...fields,
});

export function worker(
  id: string,
  memoryMib: number,
  fields: Partial<Omit<PlacementWorker, 'info'>> & {
    readonly slots?: number;
    readonly classes?: readonly HardwareClass[];
    /** Memory of each of the devices, which are one device if they have the same id. They have none by default. */
    readonly devices?: readonly { readonly id: string; readonly memoryMib: number }[];
    readonly runtimeVersion?: string;
  } = {},
): PlacementWorker {
  const info = buildWorkerInfo({
    id: workerId(id),
    address: `${id}:1`,
    slotGroups: (fields.classes ?? [cpu]).map((hardwareClass, index) => {
      const { id: deviceId = '', memoryMib: deviceMib = 0 } = fields.devices?.[index] ?? {};
      return buildSlotGroup(hardwareClass, fields.slots, { deviceId, deviceMemoryBytes: bytes(mib(deviceMib)) });
    }),
    memoryBytes: bytes(mib(memoryMib)),
    runtimeVersion: fields.runtimeVersion ?? '1',
  });
  return { info, presence: 'connected', draining: false, measuring: undefined, making: undefined, ...fields };
}

/** Fields of a snapshot, in which demand may be the number of replicas that it keeps busy. */
export interface SnapshotFields extends Partial<PlacementSnapshot> {
  readonly wanted?: ReadonlyMap<VariantId, number>;
}

/** Returns the items per second that keep this number of replicas of a variant busy. 1 if it is not measured. */
function itemsFor(id: VariantId, replicas: number, variants: readonly PlacementVariant[]): number {
  const result = variants.find(({ variant: { id: own } }) => own === id)?.measurements[0]?.result;
  const p50Ms = result?.kind === 'measured' ? result.profile.points[0]?.p50Ms : undefined;
  return p50Ms === undefined ? 1 : ((replicas - 0.01) * defaultPlacementParams.targetUtilisation * 1_000) / p50Ms;
}

/** Returns demand in items per second by variant, without an objective. */
export const demandOf = (...rates: readonly (readonly [VariantId, number])[]): readonly Demand[] =>
  rates.map(([id, itemsPerSecond]) => ({
    ...{ variants: [id] as const, latencyMs: fallbackObjective.latencyMs, itemsPerSecond },
  }));

/** Returns whether a variant may answer some of the demand. */
export const hasDemand = ({ demand }: PlacementSnapshot, id: VariantId): boolean =>
  demand.some(({ variants }) => variants.includes(id));

/**
 * Builds a snapshot. By default, the architectures are those of the variants in their newest version, without recipes.
 */
export function snapshot(fields: SnapshotFields): PlacementSnapshot {
  const { wanted = new Map<VariantId, number>(), ...own } = fields;
  const rates = Array.from(wanted, ([id, replicas]) => [id, itemsFor(id, replicas, own.variants ?? [])] as const);
  return {
    architectures: architecturesOf(fields.variants ?? []),
    served: new Map(),
    rules: [],
    warmthRules: [],
    now: milliseconds(1000),
    planId: 'p0',
    tasks: [task('digits')],
    variants: [],
    workers: [],
    replicas: [],
    held: [],
    demand: demandOf(...rates),
    slowdowns: new Map(),
    unloadedAt: new Map(),
    evictedAt: new Map(),
    recentLoads: new Map(),
    noisy: new Map(),
    prices: { 'cpu/': 0.048 },
    ...own,
  };
}

function architecturesOf(variants: readonly PlacementVariant[]): readonly PlacementArchitecture[] {
  const newest = new Map<string, number>();
  for (const { variant: v } of variants) {
    newest.set(v.architecture, Math.max(v.version, newest.get(v.architecture) ?? 0));
  }
  return Array.from(newest, ([name, version]) => architecture(name, { version }));
}

/** Returns the measured memory of a worker's replicas, including those that a plan loads. */
export function memoryOn(id: string, world: PlacementSnapshot, plan: Plan): number {
  const loads = plan.actions.flatMap((a) => (a.kind === 'load' && a.assignment.worker === id ? [a.assignment] : []));
  const here = world.replicas
    .filter((r) => r.assignment.worker === id && r.state !== 'failed')
    .map((r) => r.assignment);
  return [...here, ...loads].reduce((sum, assignment) => {
    const { variant: id, version } = assignment;
    const own = world.variants.find((v) => v.variant.id === id && v.variant.version === version);
    const result = own?.measurements.find((m) => m.hardwareClass === assignment.hardwareClass)?.result;
    return sum + (result?.kind === 'measured' ? result.profile.memoryBytes : 0);
  }, 0);
}
