// What a new version of an architecture must have ready before its name moves to it.

import { originalRecipe, recipeOf, type SelectionRule, type VariantId } from '@pareto/core';
import type {
  PlacementArchitecture,
  PlacementReplica,
  PlacementVariant,
  PlacementWorker,
} from '../snapshot/snapshot.js';
import { isDenied } from '../select/rules.js';
import { countReady } from './count-ready.js';

/** One architecture, its versions, and where they are loaded. */
export interface Rollout {
  /** The version that the name meant so far; undefined: not known. */
  readonly served: number | undefined;
  readonly current: PlacementArchitecture;
  /** Of the current version and of older ones. */
  readonly variants: readonly PlacementVariant[];
  /** Of the architecture's variants, of any version. */
  readonly replicas: readonly PlacementReplica[];
  readonly workers: readonly PlacementWorker[];
  /** In force now. */
  readonly rules: readonly SelectionRule[];
}

/**
 * For each variant with ready replicas in the version `before`, how many the current version's variant of the same name
 * needs: as many, but no more than the fleet has slots for. None when the current version will not have it: not wanted,
 * declined or failed, or when it is dominated by another of its own, denied or quarantined. Infinite while its file or its
 * measurement is to come; and of what is pinned when the current version will not have it: nothing would answer its task.
 */
export function rolloutOf(rollout: Rollout, before: number): ReadonlyMap<VariantId, number> {
  const needs = new Map<VariantId, number>();
  for (const [id, count] of countReady(rollout.replicas, rollout.workers, before)) {
    const limit = limitOf(rollout, id, before);
    needs.set(id, limit === Infinity ? Infinity : Math.min(limit, count));
  }
  return needs;
}

/** Replicas that the fleet could hold of it; infinite: not known yet, or the name may not move without it. */
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

/** The file is to be made yet, and its variant will run on what the fleet has. */
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

/** Some class of the fleet is left that it may be measured on. */
const isMeasurable = ({ variant, measurements }: PlacementVariant, workers: readonly PlacementWorker[]): boolean =>
  workers.some((worker) =>
    openGroups(worker).some(
      ({ hardwareClass }) =>
        hardwareClass.provider === variant.provider &&
        !measurements.some((measurement) => measurement.hardwareClass === hardwareClass.id),
    ),
  );

/** Slots of the classes that it was measured on, of workers large enough for it. */
function slotsFor({ measurements }: PlacementVariant, workers: readonly PlacementWorker[]): number {
  let slots = 0;
  for (const { hardwareClass, result } of measurements) {
    if (result.kind !== 'measured') continue;
    for (const worker of workers) {
      if (worker.info.memoryBytes < result.profile.memoryBytes) continue;
      for (const group of openGroups(worker)) if (group.hardwareClass.id === hardwareClass) slots += group.slots;
    }
  }
  return slots;
}

const openGroups = ({ info, presence, draining }: PlacementWorker): PlacementWorker['info']['slotGroups'] =>
  presence === 'connected' && !draining ? info.slotGroups.filter(({ slots }) => slots > 0) : [];
