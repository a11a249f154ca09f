// The hardware classes on which each variant can run, with cost, memory and time.

import {
  dynamicBatch,
  fallbackObjective,
  hasOpenBatch,
  originalRecipe,
  priceOf,
  sameItems,
  type Architecture,
  type HardwareClassId,
  type Manifest,
  type Profile,
  type VariantId,
} from '@pareto/core';
import { accuracyOn } from '../../make/accuracy-on.js';
import { rankOrder } from '../../compare/rank-accuracies.js';
import { fleetClasses, type FleetClass } from '../../make/fleet-classes.js';
import { batchCeiling } from '../../batch/batch-ceiling.js';
import { costPer1k } from '../../cost/cost-per-1k.js';
import { p50At, p99At } from '../../cost/profile-at.js';
import { deviceMemory } from '../../share/device-memory.js';
import { mayShare, sharedMemory } from '../../share/share-executor.js';
import { isDenied } from '../../select/rules.js';
import type { PlacementParams, PlacementSnapshot, PlacementVariant } from '../../snapshot/snapshot.js';
import { isServed, type VersionsByArchitecture } from '../../snapshot/versions.js';
import { measuredFootprint, type Footprint } from './footprint.js';

/**
 * A variant on a hardware class that it was measured on, or on one that it may run on, with its maximum memory, which is
 * assumed if it is not measured.
 */
export interface Option extends Footprint {
  readonly variant: PlacementVariant;
  readonly hardwareClass: HardwareClassId;
  /** Measured or provisional profile. Undefined if there is none. */
  readonly profile: Profile | undefined;
  /** Items of the largest batch that saves time and that the task's default latency allows. 1 if it is not measured. */
  readonly batch: number;
  /** 99th percentile of the time of such a batch. 0 if it is not measured. */
  readonly batchP99Ms: number;
  /** Time of a slot that one item of such a batch takes. 0 if it is not measured. */
  readonly secondsPerItem: number;
  /** USD per 1,000 answers. Infinite if the class has no price. */
  readonly cost: number;
  /** Point accuracy by `accuracyOn`. Negative if not measured, so that it ranks last. */
  readonly accuracy: number;
  /**
   * Order by accuracy among the variants of the task, ascending, from `rankOrder`. Infinite if not measured.
   */
  readonly rank: number;
}

type OptionsByVariant = ReadonlyMap<VariantId, readonly Option[]>;

export interface Options {
  /** Options of the served versions. */
  readonly served: OptionsByVariant;
  /** Options of current versions that are not served yet. */
  readonly next: OptionsByVariant;
}

/**
 * Returns the options of every variant that may be served, the cheapest class first. A served variant that was not
 * measured on a class of the fleet has one on each class of its provider, without latencies, if it is an original or has
 * run on another class.
 */
export function listOptions(
  snapshot: Pick<PlacementSnapshot, 'tasks' | 'variants' | 'rules' | 'prices' | 'workers'>,
  versions: VersionsByArchitecture,
  params: BoundParams,
): Options {
  const tasks = new Map(snapshot.tasks.map((task) => [task.name, task]));
  const classes = fleetClasses(snapshot.workers);
  const served = new Map<VariantId, readonly Option[]>();
  const next = new Map<VariantId, readonly Option[]>();
  for (const variant of snapshot.variants) {
    const { id, task, quarantineReason } = variant.variant;
    if (quarantineReason !== undefined || isDenied(variant.variant, snapshot.rules)) continue;
    const latencyMs = tasks.get(task)?.defaultObjective.latencyMs ?? fallbackObjective.latencyMs;
    const own = optionsOf(variant, snapshot, latencyMs, params);
    if (!isServed(variant, versions)) next.set(id, own);
    else served.set(id, servedOptions(variant, own, classes, params));
  }
  return { served, next };
}

/** Returns the options on classes of the fleet, else the assumed ones, else those on classes that the fleet lacks. */
function servedOptions(
  variant: PlacementVariant,
  own: readonly Option[],
  classes: readonly FleetClass[],
  params: BoundParams,
): readonly Option[] {
  const isPresent = ({ hardwareClass }: Pick<Option, 'hardwareClass'>): boolean =>
    classes.some(({ id }) => id === hardwareClass);
  const present = own.filter(isPresent);
  if (present.length > 0) return present;
  const { measurements } = variant;
  const mayRun = own.length > 0 || (measurements.length === 0 && variant.variant.recipe === originalRecipe);
  const assumed = mayRun && !measurements.some(isPresent) ? assumedOptions(variant, classes, params) : [];
  return assumed.length > 0 ? assumed : own;
}

interface ListedOptions {
  readonly basis: readonly unknown[];
  readonly options: readonly Option[];
}

/** The options that were listed last for a variant. */
const listed = new WeakMap<PlacementVariant, ListedOptions>();

/** Calls `measuredOptions`, unless its arguments are the same as last time: most variants do not change between two plans. */
function optionsOf(
  variant: PlacementVariant,
  { prices }: Pick<PlacementSnapshot, 'prices'>,
  latencyMs: number,
  params: BoundParams,
): readonly Option[] {
  const basis = [prices, latencyMs, params.deviceMemoryFactor];
  const known = listed.get(variant);
  if (known !== undefined && sameItems(known.basis, basis)) return known.options;
  const options = measuredOptions(variant, prices, latencyMs, params);
  listed.set(variant, { basis, options });
  return options;
}

function measuredOptions(
  variant: PlacementVariant,
  prices: PlacementSnapshot['prices'],
  latencyMs: number,
  params: BoundParams,
): readonly Option[] {
  const own = variant.measurements.flatMap(({ hardwareClass, result }): Option[] => {
    if (result.kind !== 'measured') return [];
    const { profile } = result;
    const price = priceOf(prices, hardwareClass);
    const cost = price === undefined ? Infinity : costPer1k(profile, price, 1, latencyMs);
    const batch = batchCeiling(profile, latencyMs);
    const secondsPerItem = p50At(profile, batch) / batch / 1000;
    const { accuracy, rank } = accuracyOf(variant, hardwareClass);
    return [
      {
        variant,
        hardwareClass,
        profile,
        ...measuredFootprint(variant.variant, profile, params),
        batch,
        batchP99Ms: p99At(profile, batch),
        secondsPerItem,
        cost,
        accuracy,
        rank,
      },
    ];
  });
  return own.toSorted(cheaperFirst);
}

/** Returns the accuracy on a class, and the order by it. */
function accuracyOf(variant: PlacementVariant, hardwareClass: HardwareClassId): Pick<Option, 'accuracy' | 'rank'> {
  const accuracy = accuracyOn(variant, hardwareClass);
  if (accuracy === undefined) return { accuracy: -1, rank: Infinity };
  return { accuracy: accuracy.value, rank: rankOrder(variant.accuracyMarks.get(hardwareClass)?.rank, accuracy) };
}

function assumedOptions(
  variant: PlacementVariant,
  classes: readonly FleetClass[],
  params: BoundParams,
): readonly Option[] {
  const memory = assumedFootprint(variant, params);
  return classes
    .filter(({ provider }) => provider === variant.variant.provider)
    .map(({ id: hardwareClass }) => ({
      ...{
        variant,
        hardwareClass,
        profile: undefined,
        ...memory,
        batch: 1,
        batchP99Ms: 0,
        secondsPerItem: 0,
        cost: Infinity,
      },
      ...accuracyOf(variant, hardwareClass),
    }));
}

export type BoundParams = Pick<PlacementParams, 'processBytes' | 'unmeasuredMemoryFactor' | 'deviceMemoryFactor'>;

/** Returns the assumed memory of a replica of an unmeasured variant, which may share a process. */
export const assumedFootprint = (own: PlacementVariant, params: BoundParams): Footprint => ({
  memoryBytes: mayShare(own.variant, undefined) ? sharedMemory(own.variant.manifest) : memoryBound(own, params),
  deviceMemoryBytes: deviceMemory(own.variant, undefined, params),
});

/**
 * Returns the assumed maximum memory of an unmeasured variant in a process of its own: a multiple of its files' size,
 * plus the process.
 */
export const memoryBound = ({ variant }: PlacementVariant, params: BoundParams): number =>
  params.processBytes + sizeOf(variant.manifest) * params.unmeasuredMemoryFactor;

/**
 * Returns the assumed maximum memory of generating a file: original and result both loaded, plus the files themselves.
 * If only the first dimension of a dynamic batch is renamed, a single copy of the weights is in memory at a time.
 */
export function makingBound(
  { manifest, signature }: Pick<Architecture, 'manifest' | 'signature'>,
  recipe: string,
  params: BoundParams,
): number {
  const copies = recipe === dynamicBatch && hasOpenBatch(signature) ? 1 : 2;
  const files = copies - 1;
  return params.processBytes + sizeOf(manifest) * (copies * params.unmeasuredMemoryFactor + files);
}

const sizeOf = ({ files }: Manifest): number => files.reduce((sum, file) => sum + file.sizeBytes, 0);

export function cheaperFirst(a: Option, b: Option): number {
  if (a.cost !== b.cost) return a.cost - b.cost;
  return b.accuracy - a.accuracy || compareText(a.variant.variant.id, b.variant.variant.id);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
