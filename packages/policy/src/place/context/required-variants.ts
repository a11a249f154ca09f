// The variants that each task keeps ready without demand.

import { groupBy, originalRecipe, type HardwareClassId, type VariantId } from '@pareto/core';
import { createExcluder, type Excludable } from '../../select/exclusions.js';
import { pinsOf } from '../../select/rules.js';
import type { PlacementSnapshot, PlacementVariant } from '../../snapshot/snapshot.js';
import { isServed, type VersionsByArchitecture } from '../../snapshot/versions.js';
import { cheaperFirst, type Option, type Options } from './options.js';

interface RequirementInput {
  readonly snapshot: PlacementSnapshot;
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
  versions,
  options,
  cold,
  isHosted,
}: RequirementInput): readonly VariantId[] {
  const members = groupBy(
    snapshot.variants.filter((one) => isServed(one, versions)),
    ({ variant }) => variant.task,
  );
  const chosen = snapshot.tasks.flatMap(({ name }) => {
    const own = members.get(name) ?? [];
    const kept = own.filter(({ variant }) => !cold.has(variant.id));
    const hosted = kept.flatMap(({ variant }) => options.served.get(variant.id)?.filter(isHosted) ?? []);
    return chosenOf(name, own, hosted, snapshot);
  });
  return [...new Set(chosen.map(({ variant }) => variant.variant.id))];
}

function chosenOf(
  task: string,
  members: readonly PlacementVariant[],
  hosted: readonly Option[],
  { rules }: PlacementSnapshot,
): readonly Option[] {
  const all = members.map((one) => excludable(one));
  const exclusion = createExcluder('task', task, all, rules);
  const kept = hosted.filter(
    ({ variant, hardwareClass }) => exclusion(excludable(variant, hardwareClass)) === undefined,
  );
  const pins = new Set<string>(pinsOf(task, all, rules).map(({ target }) => target));
  const named = pins.size === 0 ? [] : kept.filter(({ variant }) => pins.has(variant.variant.id));
  return [...named, ...cheapestAndBest(kept)];
}

/** Returns what decides about the exclusion of a variant, on a hardware class if one is given. */
const excludable = (
  { variant, accuracyMarks, dominatedBy, dominatedWithin }: PlacementVariant,
  hardwareClass?: HardwareClassId,
): Excludable => ({
  ...{ variant: variant.id, architecture: variant.architecture, dominatedBy, dominatedWithin },
  disagreement: hardwareClass && accuracyMarks.get(hardwareClass)?.disagreement,
});

/**
 * Returns the cheapest and the most accurate of a task's options, or one option if both are of the same variant, or
 * none. Of options without a measured accuracy, the original counts as the most accurate.
 */
function cheapestAndBest(options: readonly Option[]): readonly Option[] {
  const [cheapest] = options.toSorted(cheaperFirst);
  const [best] = options.toSorted(
    (a, b) => compareNumbers(a.rank, b.rank) || originalFirst(a, b) || cheaperFirst(a, b),
  );
  if (cheapest === undefined || best === undefined) return [];
  return cheapest.variant === best.variant ? [cheapest] : [cheapest, best];
}

function originalFirst(a: Option, b: Option): number {
  const isOriginal = ({ variant, accuracy }: Option): boolean =>
    accuracy < 0 && variant.variant.recipe === originalRecipe;
  return Number(isOriginal(b)) - Number(isOriginal(a));
}

/** Does not subtract, because the difference of infinite ranks is not a number. */
const compareNumbers = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
