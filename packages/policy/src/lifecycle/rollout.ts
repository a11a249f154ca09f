// The replicas that a new version of an architecture must have ready before its name resolves to it.

import { originalRecipe, recipeOf, type SelectionRule, type VariantId } from '@pareto/core';
import {
  defaultPlacementParams,
  type PlacementArchitecture,
  type PlacementReplica,
  type PlacementVariant,
  type PlacementWorker,
} from '../snapshot/snapshot.js';
import { isBatchOpen } from '../make/list-steps.js';
import { isDenied } from '../select/rules.js';
import { deviceMemory } from '../share/device-memory.js';
import { countReady } from './count-ready.js';

/** An architecture, its versions and their replicas. */
export interface Rollout {
  /** Version that the name resolved to so far. Undefined if unknown. */
  readonly served: number | undefined;
  readonly current: PlacementArchitecture;
  /** Variants of the current version and of older ones. */
  readonly variants: readonly PlacementVariant[];
  /** Replicas of the architecture's variants, of any version. */
  readonly replicas: readonly PlacementReplica[];
  readonly workers: readonly PlacementWorker[];
  /** Rules in force. */
  readonly rules: readonly SelectionRule[];
}

/**
 * Returns the number of ready replicas that the current version needs for each variant with ready replicas in the
 * version `before`: the same number, limited by the fleet's slots. 0 if the current version will not have the variant
 * (its recipe was removed, declined or failed; it is dominated within the version, denied or quarantined). Infinity
 * while its file, measurement or batch is pending, and for a pinned variant that the current version will not have, because
 * its task would have no answer.
 */
export function rolloutOf(rollout: Rollout, before: number): ReadonlyMap<VariantId, number> {
  const needs = new Map<VariantId, number>();
  // Its batch may be smaller than before until it is verified.
  const isOpen = isBatchOpen(rollout.current);
  for (const [id, count] of countReady(rollout.replicas, rollout.workers, before)) {
    const limit = isOpen ? Infinity : limitOf(rollout, id, before);
    needs.set(id, limit === Infinity ? Infinity : Math.min(limit, count));
  }
  return needs;
}

/**
 * Returns the replicas that the fleet can hold. Infinity if that is unknown yet, or if the name must not move without
 * the variant.
 */
function limitOf(rollout: Rollout, id: VariantId, before: number): number {
  const { current, variants, workers, rules } = rollout;
  const next = variants.find(({ variant }) => variant.id === id && variant.version === current.architecture.version);
  const previous = variants.find(({ variant }) => variant.id === id && variant.version === before);
  if (previous !== undefined && isDenied(previous.variant, rules)) return 0;
  const isPinned = rules.some(({ kind, target }) => kind === 'pin' && target === id);
  const without = isPinned ? Infinity : 0;
  if (next === undefined) return previous !== undefined && isPending(rollout, previous) ? Infinity : without;
  if (next.variant.quarantineReason !== undefined || (next.dominatedWithin && !isPinned)) return without;
  const slots = slotsFor(next, workers);
  if (slots > 0) return slots;
  return isMeasurable(next, workers) ? Infinity : without;
}

/** Returns whether the file is pending and its variant will run on the fleet. */
function isPending({ current, workers }: Rollout, { variant }: PlacementVariant): boolean {
  const { architecture, outcomes } = current;
  const { recipe, provider } = variant;
  const hasProvider = workers.some((worker) =>
    openGroups(worker).some(({ hardwareClass }) => hardwareClass.provider === provider),
  );
  if (!hasProvider) return false;
  if (recipe === originalRecipe) return true;
  if (recipeOf(recipe) === undefined || !architecture.recipes.includes(recipe)) return false;
  const outcome = outcomes.find((one) => one.recipe === recipe);
  return outcome === undefined || outcome.result.kind === 'made';
}

/** Returns whether the fleet has a class that the variant can run on and was not measured on. */
const isMeasurable = ({ variant, measurements }: PlacementVariant, workers: readonly PlacementWorker[]): boolean =>
  workers.some((worker) =>
    openGroups(worker).some(
      ({ hardwareClass }) =>
        hardwareClass.provider === variant.provider &&
        !measurements.some((measurement) => measurement.hardwareClass === hardwareClass.id),
    ),
  );

/** Returns the slots of the classes that the variant was measured on, over the workers with enough memory. */
function slotsFor({ variant, measurements }: PlacementVariant, workers: readonly PlacementWorker[]): number {
  let slots = 0;
  for (const { hardwareClass, result } of measurements) {
    if (result.kind !== 'measured') continue;
    const deviceBytes = deviceMemory(variant, result.profile, defaultPlacementParams);
    for (const worker of workers) {
      if (worker.info.memoryBytes < result.profile.memoryBytes) continue;
      for (const group of openGroups(worker)) {
        const isLarge = group.deviceMemoryBytes === 0 || group.deviceMemoryBytes >= deviceBytes;
        if (group.hardwareClass.id === hardwareClass && isLarge) slots += group.slots;
      }
    }
  }
  return slots;
}

const openGroups = ({ info, presence, draining }: PlacementWorker): PlacementWorker['info']['slotGroups'] =>
  presence === 'connected' && !draining ? info.slotGroups.filter(({ slots }) => slots > 0) : [];
