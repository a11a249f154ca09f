// The cluster of a scenario, as the registry and the fleet of a controller have it.

import {
  bytes,
  createHardwareClass,
  digest,
  milliseconds,
  variantId,
  workerId,
  type Accuracy,
  type Architecture,
  type HardwareClass,
  type Manifest,
  type Measurement,
  type PriceTable,
  type Profile,
  type Task,
  type Variant,
  type VariantId,
  type WorkerInfo,
} from '@pareto/core';
import { markVariants, type PlacementArchitecture, type PlacementVariant } from '@pareto/policy';
import type { SimulatedFleet, SimulatedWorkers } from '../scenario/fleet.js';
import type { SimulatedRegistry, SimulatedTask, SimulatedVariant, VariantProfile } from '../scenario/registry.js';

export interface Cluster {
  readonly workers: readonly WorkerInfo[];
  readonly tasks: readonly Task[];
  readonly architectures: readonly PlacementArchitecture[];
  readonly variants: readonly PlacementVariant[];
  readonly variantsById: ReadonlyMap<VariantId, PlacementVariant>;
  readonly prices: PriceTable;
}

const mib = 2 ** 20;
/** Half of the width of the interval of an accuracy. Selection compares the accuracies themselves. */
const accuracyMargin = 0.01;
const manifest: Manifest = {
  // Larger than the files of models that share an executor.
  files: [{ path: 'model.onnx', digest: digest('sha256:1'), sizeBytes: bytes(10 * mib) }],
};
const model = { modelDigest: digest('sha256:0'), manifest };

/** Returns the hardware class of a name. Its memory is that of the worker, and its batches are not padded. */
export const hardwareClassNamed = (name: string): HardwareClass =>
  createHardwareClass({ provider: 'cpu', device: name, instructionSet: 'none' });

export function createCluster(registry: SimulatedRegistry, fleet: SimulatedFleet): Cluster {
  const prices = Object.fromEntries(
    fleet.classes.map(({ name, usdPerSlotHour }) => [hardwareClassNamed(name).id, usdPerSlotHour]),
  );
  const tasks = registry.tasks.map(createTask);
  const architectures = [...new Map(registry.variants.map((one) => [one.architecture, one])).values()].map(
    (one): PlacementArchitecture => ({ architecture: createArchitecture(one, registry), outcomes: [] }),
  );
  const unmarked = registry.variants.map((one) => ({
    variant: createVariant(one),
    measurements: measurementsOf(one, fleet),
  }));
  const variants = markVariants({ tasks, architectures, variants: unmarked, rules: [], prices });
  return {
    workers: fleet.workers
      .flatMap((workers) => Array.from({ length: workers.count }, () => workers))
      .map((workers, index) => createWorkerInfo(`w${index}`, workers)),
    ...{ tasks, architectures, variants, prices },
    variantsById: new Map(variants.map((one) => [one.variant.id, one])),
  };
}

const createTask = ({ name, defaultLatencyMs, prefer }: SimulatedTask): Task => ({
  ...{ name, metric: 'top1', signature: undefined, validation: undefined },
  defaultObjective: {
    ...(defaultLatencyMs !== undefined && { latencyMs: milliseconds(defaultLatencyMs) }),
    ...(prefer !== undefined && { prefer }),
  },
});

function createArchitecture({ architecture: name, task }: SimulatedVariant, registry: SimulatedRegistry): Architecture {
  const batches = registry.variants
    .filter(({ architecture }) => architecture === name)
    .flatMap(({ profiles }) => profiles.map(({ points }) => points.at(-1)?.batch ?? 1));
  return {
    ...{ name, version: 1, task, ...model, maxBatchSize: Math.max(...batches), fixedBatch: undefined },
    signature: { inputs: [], outputs: [], batched: true },
    ...{ recipes: [], keepAll: false, labels: {} },
  };
}

const createVariant = ({ name, architecture, task }: SimulatedVariant): Variant => ({
  ...{ id: variantId(name), architecture, version: 1, task, recipe: 'original', provider: 'cpu', option: undefined },
  ...{ ...model, quarantineReason: undefined },
});

/** A variant cannot run on the classes for which it has no profile. */
function measurementsOf(
  { name, accuracy, profiles }: SimulatedVariant,
  { classes }: SimulatedFleet,
): readonly Measurement[] {
  const measurement = (className: string, result: Measurement['result']): Measurement => ({
    ...{ variant: variantId(name), version: 1, hardwareClass: hardwareClassNamed(className).id },
    ...{ environment: '1', result },
  });
  const profiled = new Set(profiles.map(({ hardwareClass }) => hardwareClass));
  return [
    ...profiles.map((profile) =>
      measurement(profile.hardwareClass, {
        kind: 'measured',
        ...{ profile: createProfile(profile), accuracy: createAccuracy(accuracy), agreement: undefined },
      }),
    ),
    ...classes
      .filter((each) => !profiled.has(each.name))
      .map((each) => measurement(each.name, { kind: 'failed', reason: `${name} has no profile on ${each.name}` })),
  ];
}

const createAccuracy = (value: number): Accuracy => ({
  ...{ metric: 'top1', value, lower95: value - accuracyMargin, upper95: value + accuracyMargin, samples: 1_000 },
});

const createProfile = ({ points, loadMs, memoryMib }: VariantProfile): Profile => ({
  points: points.map(({ batch, p50Ms, p95Ms, p99Ms }) => ({
    batch,
    p50Ms: milliseconds(p50Ms),
    p95Ms: milliseconds(p95Ms),
    p99Ms: milliseconds(p99Ms),
    runs: 100,
  })),
  ...{ loadMs: milliseconds(loadMs), coldLoadMs: milliseconds(loadMs) },
  ...{ memoryBytes: bytes(memoryMib * mib), baseMemoryBytes: bytes(0) },
  ...{ predictionError: undefined, runtimeVersion: '1', providerUsed: 'cpu', nodesByProvider: {}, shapes: {} },
  rows: { kind: 'proved' },
});

export const createWorkerInfo = (
  id: string,
  { hardwareClass, slots, memoryMib }: Omit<SimulatedWorkers, 'count'>,
): WorkerInfo => ({
  ...{ id: workerId(id), incarnation: '1', address: `${id}:1`, memoryBytes: bytes(memoryMib * mib) },
  slotGroups: [
    {
      ...{ hardwareClass: hardwareClassNamed(hardwareClass), slots, driver: '', memoryPerSlot: bytes(2 ** 30) },
      ...{ deviceMemoryBytes: bytes(0), deviceId: '' },
    },
  ],
  ...{ runtimeVersion: '1', replacesFiles: true },
});
