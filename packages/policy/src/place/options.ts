// Where each variant could run, at what price and memory; and which two variants a task must keep.

import {
  fallbackObjective,
  priceOf,
  type HardwareClassId,
  type Profile,
  type Task,
  type VariantId,
} from '@pareto/core';
import { costPer1k } from '../cost/cost-per-1k.js';
import type { PlacementParams, PlacementSnapshot, PlacementVariant } from './snapshot.js';

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

export type OptionsByVariant = ReadonlyMap<VariantId, readonly Option[]>;

/** The options of every variant that may be served, the cheapest class first. */
export function listOptions(snapshot: PlacementSnapshot): OptionsByVariant {
  const tasks = new Map(snapshot.tasks.map((task) => [task.name, task]));
  const options = new Map<VariantId, readonly Option[]>();
  for (const variant of snapshot.variants) {
    if (variant.variant.quarantineReason !== undefined) continue;
    const latencyMs = tasks.get(variant.variant.task)?.defaultObjective.latencyMs ?? fallbackObjective.latencyMs;
    const own = variant.measurements.flatMap(({ hardwareClass, result }): Option[] => {
      if (result.kind !== 'measured') return [];
      const price = priceOf(snapshot.prices, hardwareClass);
      return [
        {
          variant,
          hardwareClass,
          profile: result.profile,
          memoryBytes: result.profile.memoryBytes,
          cost: price === undefined ? Infinity : costPer1k(result.profile, price, 1, latencyMs),
          accuracy: result.accuracy?.value ?? -1,
        },
      ];
    });
    options.set(variant.variant.id, own.toSorted(cheaperFirst));
  }
  return options;
}

/** The cheapest and the most accurate of a task's options; one and the same, or none, where that is so. */
export function requiredOptions(task: Task, options: readonly Option[]): readonly Option[] {
  const own = options.filter((option) => option.variant.variant.task === task.name);
  const cheapest = own.toSorted(cheaperFirst)[0];
  const best = own.toSorted((a, b) => b.accuracy - a.accuracy || cheaperFirst(a, b))[0];
  if (cheapest === undefined || best === undefined) return [];
  return cheapest.variant === best.variant ? [cheapest] : [cheapest, best];
}

/** What an unmeasured variant may take at most: its files several times over, and the process. */
export function memoryBound(variant: PlacementVariant, params: PlacementParams): number {
  const files = variant.variant.manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return params.processBytes + files * params.unmeasuredMemoryFactor;
}

function cheaperFirst(a: Option, b: Option): number {
  if (a.cost !== b.cost) return a.cost - b.cost;
  return b.accuracy - a.accuracy || compareText(a.variant.variant.id, b.variant.variant.id);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
