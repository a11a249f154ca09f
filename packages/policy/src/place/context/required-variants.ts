// The variants that each task keeps ready without demand.

import { fallbackObjective, groupBy, originalRecipe, type HardwareClassId, type VariantId } from '@pareto/core';
import { createExcluder, type Excludable } from '../../select/exclusions.js';
import { pinsOf } from '../../select/rules.js';
import type { PlacementSnapshot, PlacementVariant } from '../../snapshot/snapshot.js';
import { isServed, type VersionsByArchitecture } from '../../snapshot/versions.js';
import { cheaperFirst, type Option, type Options } from './options.js';
import { createOptionsWithin } from './options-within.js';

/** A variant that its task keeps ready without demand. */
export interface RequiredVariant {
  readonly id: VariantId;
  /** Options that can answer within the task's default latency, or all if none can. */
  readonly options: readonly Option[];
  /** Set if its task is idle and no pin names it, so that it is kept only where memory is free. */
  readonly isIdle: boolean;
}

interface RequirementInput {
  readonly snapshot: PlacementSnapshot;
  /** Returns whether a task has had no demand for long. */
  readonly isIdle: (task: string) => boolean;
  readonly versions: VersionsByArchitecture;
  readonly options: Options;
  readonly cold: Pick<ReadonlySet<VariantId>, 'has'>;
  readonly isHosted: (option: Option) => boolean;
}

/**
 * Returns the pinned variants of each task, and the cheapest and the most accurate one, each variant once. Leaves out
 * variants that the task may not select, that no worker can hold, or that a rule keeps cold.
 */
export function requiredVariants({
  snapshot,
  isIdle,
  versions,
  options,
  cold,
  isHosted,
}: RequirementInput): readonly RequiredVariant[] {
  const members = groupBy(
    snapshot.variants.filter((one) => isServed(one, versions)),
    ({ variant }) => variant.task,
  );
  const optionsWithin = createOptionsWithin(options.served, profiledTimes);
  return snapshot.tasks.flatMap(({ name, defaultObjective }) => {
    const own = members.get(name) ?? [];
    const latencyMs = defaultObjective.latencyMs ?? fallbackObjective.latencyMs;
    const kept = own.filter(({ variant }) => !cold.has(variant.id));
    const within = new Map(kept.map(({ variant: { id } }) => [id, optionsWithin(id, latencyMs)]));
    const hosted = [...within.values()].flat().filter(isHosted);
    const { pinned, others } = chosenOf(name, own, hosted, snapshot);
    return [
      ...Array.from(pinned, (id) => ({ id, options: within.get(id) ?? [], isIdle: false })),
      ...Array.from(others, (id) => ({ id, options: within.get(id) ?? [], isIdle: isIdle(name) })),
    ];
  });
}

/** Live times would change what a task keeps ready from one plan to the next. */
const profiledTimes: PlacementSnapshot['slowdowns'] = new Map();

function chosenOf(
  task: string,
  members: readonly PlacementVariant[],
  hosted: readonly Option[],
  { rules }: PlacementSnapshot,
): { readonly pinned: ReadonlySet<VariantId>; readonly others: ReadonlySet<VariantId> } {
  const all = members.map((one) => excludable(one));
  const exclusion = createExcluder('task', task, all, rules);
  const kept = hosted.filter(
    ({ variant, hardwareClass }) => exclusion(excludable(variant, hardwareClass)) === undefined,
  );
  const pins = new Set<string>(pinsOf(task, all, rules).map(({ target }) => target));
  const idOf = ({ variant }: Option): VariantId => variant.variant.id;
  const pinned = new Set(pins.size === 0 ? [] : kept.map(idOf).filter((id) => pins.has(id)));
  return {
    pinned,
    others: new Set(
      cheapestAndBest(kept)
        .map(idOf)
        .filter((id) => !pinned.has(id)),
    ),
  };
}

/** Returns what decides about the exclusion of a variant, on a hardware class if one is given. */
const excludable = (
  { variant, accuracyMarks, dominatedBy, dominatedWithin }: PlacementVariant,
  hardwareClass?: HardwareClassId,
): Excludable => ({
  variant: variant.id,
  architecture: variant.architecture,
  dominatedBy,
  dominatedWithin,
  disagreement: hardwareClass && accuracyMarks.get(hardwareClass)?.disagreement,
});

/**
 * Returns the cheapest and the most accurate of a task's options, or one option if both are of the same variant, or
 * none. Of options without a measured accuracy, the original counts as the most accurate.
 */
function cheapestAndBest(options: readonly Option[]): readonly Option[] {
  const cheapest = firstBy(options, cheaperFirst);
  const best = firstBy(options, (a, b) => compareNumbers(a.rank, b.rank) || originalFirst(a, b) || cheaperFirst(a, b));
  if (cheapest === undefined || best === undefined) return [];
  return cheapest.variant === best.variant ? [cheapest] : [cheapest, best];
}

/** Returns the option that comes first by an order. Undefined if there is none. */
const firstBy = (options: readonly Option[], compare: (a: Option, b: Option) => number): Option | undefined =>
  options.reduce<Option | undefined>((a, b) => (a === undefined || compare(b, a) < 0 ? b : a), undefined);

function originalFirst(a: Option, b: Option): number {
  const isOriginal = ({ variant, accuracy }: Option): boolean =>
    accuracy < 0 && variant.variant.recipe === originalRecipe;
  return Number(isOriginal(b)) - Number(isOriginal(a));
}

/** Does not subtract, because the difference of infinite ranks is not a number. */
const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
