// Reads the registry and the fleet of a real cluster, as the `pareto` command lists them.

import { defaultPrices, groupBy, hardwareClassId, ParetoError, priceOf } from '@pareto/core';
import * as z from 'zod';
import type { SimulatedClass, SimulatedFleet, SimulatedWorkers } from '../scenario/fleet.js';
import type { SimulatedRegistry, SimulatedVariant, VariantProfile } from '../scenario/registry.js';
import type { AssignedVariant } from '../scenario/scenario.js';

/** Parsed output of `pareto get tasks`, `get variants` and `get workers` with `-o json`. */
export interface ClusterListings {
  readonly tasks: unknown;
  readonly variants: unknown;
  readonly workers: unknown;
}

const point = z.object({
  ...{ batch: z.number(), p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number(), runs: z.number().optional() },
});

const measurement = z.object({
  hardwareClass: z.string(),
  profile: z.object({ points: z.array(point), loadMs: z.number(), memoryBytes: z.number() }).nullable(),
  accuracy: z.object({ value: z.number() }).nullable(),
});

const variants = z.object({
  variants: z.array(
    z.object({
      ...{ name: z.string(), version: z.number(), architecture: z.string(), task: z.string() },
      ...{ quarantineReason: z.string(), denied: z.string(), measurements: z.array(measurement) },
    }),
  ),
});

const tasks = z.object({
  tasks: z.array(
    z.object({
      name: z.string(),
      defaultObjective: z.object({ latencyMs: z.number().optional(), prefer: z.string().optional() }).nullable(),
    }),
  ),
});

const slotGroup = z.object({
  hardwareClass: z.object({ id: z.string() }),
  slots: z.number(),
  deviceMemoryBytes: z.number(),
});

const workers = z.object({
  workers: z.array(
    z.object({
      ...{ departed: z.boolean(), memoryBytes: z.number(), usdPerHour: z.number() },
      slotGroups: z.array(slotGroup),
      replicas: z.array(z.object({ variant: z.string(), state: z.string() })).default([]),
    }),
  ),
});

type Variant = z.infer<typeof variants>['variants'][number];
type Worker = z.infer<typeof workers>['workers'][number];

const mib = 2 ** 20;

export interface ListedCluster {
  readonly registry: SimulatedRegistry;
  readonly fleet: SimulatedFleet;
  /** The ready replicas of these variants. */
  readonly replicas: readonly AssignedVariant[];
}

/**
 * Returns the cluster without the variants that are denied, quarantined or not measured, and without the workers that were
 * stopped. Of each variant it has the newest version. A worker with slots of several classes becomes one for each class.
 * Throws `invalid-argument` with the path of a field that is missing or malformed.
 */
export function readCluster(listings: ClusterListings): ListedCluster {
  const listed = parse('workers', workers, listings.workers).workers.filter(({ departed }) => !departed);
  const names = [
    ...new Set(listed.flatMap(({ slotGroups }) => slotGroups.map(({ hardwareClass }) => hardwareClass.id))),
  ];
  const registry = {
    tasks: parse('tasks', tasks, listings.tasks).tasks.map(({ name, defaultObjective }) => ({
      name,
      ...(defaultObjective?.latencyMs !== undefined && { defaultLatencyMs: defaultObjective.latencyMs }),
      ...(defaultObjective?.prefer === 'ACCURACY' && { prefer: 'accuracy' as const }),
      ...(defaultObjective?.prefer === 'COST' && { prefer: 'cost' as const }),
    })),
    variants: newest(parse('variants', variants, listings.variants).variants)
      .filter(({ quarantineReason, denied }) => quarantineReason === '' && denied === '')
      .map(variantOf)
      .filter(({ profiles }) => profiles.length > 0),
  };
  const alike = groupBy(
    listed.flatMap((worker) => workersOf(worker, registry)),
    ({ of }) => JSON.stringify(of),
  );
  const groups = [...alike.values()];
  return {
    registry,
    fleet: {
      classes: names.map((name) => classOf(name, listed)),
      workers: groups.flatMap((group) => group.slice(0, 1).map(({ of }) => ({ ...of, count: group.length }))),
    },
    replicas: groups.flat().flatMap(({ ready }, worker) => ready.map((variant) => ({ variant, worker }))),
  };
}

function parse<T>(kind: string, schema: z.ZodType<T>, listing: unknown): T {
  const { data, error } = schema.safeParse(listing);
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  throw new ParetoError(
    'invalid-argument',
    `this is not the output of 'pareto get ${kind} -o json': ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

const newest = (all: readonly Variant[]): readonly Variant[] =>
  [...groupBy(all, ({ name }) => name).values()].flatMap((versions) =>
    versions.toSorted((a, b) => b.version - a.version).slice(0, 1),
  );

/** The accuracy is 0 if it was not measured, so that the variant meets no floor. */
const variantOf = ({ name, architecture, task, measurements }: Variant): SimulatedVariant => ({
  ...{ name, architecture, task },
  accuracy: measurements.find(({ accuracy }) => accuracy !== null)?.accuracy?.value ?? 0,
  profiles: measurements.flatMap(({ hardwareClass, profile }): VariantProfile[] => {
    if (profile === null || profile.points.length === 0) return [];
    const { loadMs, memoryBytes } = profile;
    const points = profile.points.map(({ runs: _, ...times }) => times);
    const runs = Math.min(...profile.points.map((each) => each.runs ?? Infinity));
    const effort = Number.isFinite(runs) ? `, at least ${runs} runs of each batch size` : '';
    const source = `measured by the cluster: ${name} on ${hardwareClass}${effort}`;
    return [{ ...{ hardwareClass, points, memoryMib: memoryBytes / mib, loadMs }, modelled: false, source }];
  }),
});

/** The price is that of a worker with slots of this class alone, or the default price of the class if there is none. */
function classOf(name: string, listed: readonly Worker[]): SimulatedClass {
  const pure = listed.find(({ slotGroups }) => slotGroups.every(({ hardwareClass }) => hardwareClass.id === name));
  const slots = pure?.slotGroups.reduce((sum, group) => sum + group.slots, 0) ?? 0;
  const usdPerSlotHour =
    pure === undefined || slots === 0 ? (priceOf(defaultPrices, hardwareClassId(name)) ?? 0) : pure.usdPerHour / slots;
  return { name, usdPerSlotHour };
}

/** The slots of one class of a worker. */
interface ListedWorker {
  readonly of: SimulatedWorkers;
  /** Variants of the ready replicas. A variant that is measured on several classes of the worker is on the first of them. */
  readonly ready: readonly string[];
}

function workersOf(
  { slotGroups, memoryBytes, replicas }: Worker,
  registry: SimulatedRegistry,
): readonly ListedWorker[] {
  const classOfReplica = (name: string): string | undefined => {
    const profiles = registry.variants.find((variant) => variant.name === name)?.profiles ?? [];
    const group = slotGroups.find(({ hardwareClass: { id } }) => profiles.some((one) => one.hardwareClass === id));
    return group?.hardwareClass.id;
  };
  const ready = replicas.filter(({ state }) => state === 'READY').map(({ variant }) => variant);
  return slotGroups.map(({ hardwareClass: { id: hardwareClass }, slots, deviceMemoryBytes }) => ({
    of: {
      ...{ hardwareClass, count: 1, slots },
      memoryMib: (deviceMemoryBytes > 0 ? deviceMemoryBytes : memoryBytes) / mib,
    },
    ready: ready.filter((variant) => classOfReplica(variant) === hardwareClass),
  }));
}
