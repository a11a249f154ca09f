// Where each variant could run, at what price and memory; and which two variants a task must keep.

import {
  fallbackObjective,
  originalRecipe,
  priceOf,
  type HardwareClassId,
  type Manifest,
  type Profile,
  type VariantId,
} from '@pareto/core';
import { costPer1k } from '../../cost/cost-per-1k.js';
import { isDenied } from '../../select/rules.js';
import type { PlacementParams, PlacementSnapshot, PlacementVariant } from '../../snapshot/snapshot.js';
import { isServed, type VersionsByArchitecture } from '../../snapshot/versions.js';

/** A variant on a hardware class that it was measured on. */
export interface Option {
  readonly variant: PlacementVariant;
  readonly hardwareClass: HardwareClassId;
  readonly profile: Profile;
  readonly memoryBytes: number;
  /** Infinite when the class has no price. */
  readonly cost: number;
  /** Negative when unmeasured: below all that are. */
  readonly accuracy: number;
}

type OptionsByVariant = ReadonlyMap<VariantId, readonly Option[]>;

export interface Options {
  /** Of the versions that names mean. */
  readonly served: OptionsByVariant;
  /** Of current versions that names do not mean yet. */
  readonly next: OptionsByVariant;
}

/** The options of every variant that may be served, the cheapest class first. */
export function listOptions(snapshot: PlacementSnapshot, versions: VersionsByArchitecture): Options {
  const tasks = new Map(snapshot.tasks.map((task) => [task.name, task]));
  const served = new Map<VariantId, readonly Option[]>();
  const next = new Map<VariantId, readonly Option[]>();
  for (const variant of snapshot.variants) {
    const { id, task, quarantineReason } = variant.variant;
    if (quarantineReason !== undefined || isDenied(variant.variant, snapshot.rules)) continue;
    const latencyMs = tasks.get(task)?.defaultObjective.latencyMs ?? fallbackObjective.latencyMs;
    (isServed(variant, versions) ? served : next).set(id, optionsOf(variant, snapshot, latencyMs));
  }
  return { served, next };
}

function optionsOf(variant: PlacementVariant, { prices }: PlacementSnapshot, latencyMs: number): readonly Option[] {
  const own = variant.measurements.flatMap(({ hardwareClass, result }): Option[] => {
    if (result.kind !== 'measured') return [];
    const { profile, accuracy } = result;
    const price = priceOf(prices, hardwareClass);
    const cost = price === undefined ? Infinity : costPer1k(profile, price, 1, latencyMs);
    return [
      { variant, hardwareClass, profile, memoryBytes: profile.memoryBytes, cost, accuracy: accuracy?.value ?? -1 },
    ];
  });
  return own.toSorted(cheaperFirst);
}

/**
 * The cheapest and the most accurate of a task's options; one and the same, or none, where that is so. Of options without a
 * measured accuracy the original counts as the most accurate.
 */
export function requiredOptions(options: readonly Option[]): readonly Option[] {
  const [cheapest] = options.toSorted(cheaperFirst);
  const [best] = options.toSorted((a, b) => b.accuracy - a.accuracy || originalFirst(a, b) || cheaperFirst(a, b));
  if (cheapest === undefined || best === undefined) return [];
  return cheapest.variant === best.variant ? [cheapest] : [cheapest, best];
}

function originalFirst(a: Option, b: Option): number {
  const isOriginal = ({ variant, accuracy }: Option): boolean =>
    accuracy < 0 && variant.variant.recipe === originalRecipe;
  return Number(isOriginal(b)) - Number(isOriginal(a));
}

type BoundParams = Pick<PlacementParams, 'processBytes' | 'unmeasuredMemoryFactor'>;

/** What an unmeasured variant may take at most: its files several times over, and the process. */
export const memoryBound = ({ variant }: PlacementVariant, params: BoundParams): number =>
  params.processBytes + sizeOf(variant.manifest) * params.unmeasuredMemoryFactor;

/** What making a file may take at most: the original and what is made of it both loaded, and the files themselves. */
export const makingBound = (original: Manifest, params: BoundParams): number =>
  params.processBytes + sizeOf(original) * (2 * params.unmeasuredMemoryFactor + 1);

const sizeOf = ({ files }: Manifest): number => files.reduce((sum, file) => sum + file.sizeBytes, 0);

export function cheaperFirst(a: Option, b: Option): number {
  if (a.cost !== b.cost) return a.cost - b.cost;
  return b.accuracy - a.accuracy || compareText(a.variant.variant.id, b.variant.variant.id);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
