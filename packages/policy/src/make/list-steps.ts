// The steps (files and measurements) of one version of an architecture with their states. Planning and the display of
// jobs both use this list.

import { dynamicBatch, originalRecipe, recipes, type Measurement, type RecipeOutcome } from '@pareto/core';
import type { PlacementArchitecture, PlacementVariant } from '../snapshot/snapshot.js';
import type { FleetClass } from './fleet-classes.js';
import { isProvisional, listMeasures } from './list-measures.js';
import type { Step } from './step.js';

/**
 * Returns the steps in the order of their execution: first a fixed batch is made dynamic, then the original is measured
 * on each class, then for each requested recipe that runs on the fleet the file is generated and its variants are
 * measured. `variants` are those of the architecture's current version. No file is generated from a model that could
 * not be measured anywhere.
 */
export function listSteps(
  planned: PlacementArchitecture,
  variants: readonly PlacementVariant[],
  classes: readonly FleetClass[],
): readonly Step[] {
  const own = variants.filter(({ variant }) => variant.version === planned.architecture.version);
  const of = (recipe: string): readonly PlacementVariant[] => own.filter(({ variant }) => variant.recipe === recipe);
  const preparation = prepare(planned);
  const originals = of(originalRecipe);
  const measured = originals.flatMap((one) => listMeasures(one, classes));
  const first = measured.length > 0 || originals[0] === undefined ? measured : [noSlot(originals[0])];
  const files = recipes
    .filter(({ name }) => name !== originalRecipe)
    .flatMap(({ name, providers }) => {
      const outcome = outcomeOf(planned, name);
      const isWanted =
        planned.architecture.recipes.includes(name) &&
        classes.some(({ provider }) => providers.some((one) => one === provider));
      const make = outcome === undefined && !isWanted ? [] : [makeStep(name, outcome, originals, first)];
      return [...make, ...of(name).flatMap((one) => listMeasures(one, classes))];
    });
  const later = [...first, ...files];
  return preparation?.state === 'open'
    ? [preparation, ...later.map(afterPreparation)]
    : [...(preparation === undefined ? [] : [preparation]), ...later];
}

function prepare(planned: PlacementArchitecture): Step | undefined {
  if (planned.architecture.fixedBatch === undefined) return undefined;
  const outcome = outcomeOf(planned, dynamicBatch);
  return outcome === undefined ? openMake(dynamicBatch, undefined) : tried(outcome);
}

/** Returns whether it is still to be verified that the model's first dimension is a batch. */
export const isBatchOpen = (planned: PlacementArchitecture): boolean => prepare(planned)?.state === 'open';

const outcomeOf = ({ architecture, outcomes }: PlacementArchitecture, recipe: string): RecipeOutcome | undefined =>
  outcomes.find((one) => one.recipe === recipe && one.version === architecture.version);

function makeStep(
  recipe: string,
  outcome: RecipeOutcome | undefined,
  originals: readonly PlacementVariant[],
  measures: readonly Step[],
): Step {
  if (outcome !== undefined) return tried(outcome);
  if (originals.some(({ measurements }) => measurements.some(isMeasured))) {
    return openMake(recipe, undefined);
  }
  const failed = measures.find(({ state }) => state === 'failed');
  if (failed === undefined || measures.some(({ state }) => state === 'open')) {
    return openMake(recipe, 'the original is measured first');
  }
  return {
    ...openMake(recipe, undefined),
    state: 'declined',
    detail: `the original could not be measured: ${failed.detail}`,
  };
}

/** Returns whether a measurement succeeded. A provisional profile is none. */
const isMeasured = (one: Measurement): boolean => one.result.kind === 'measured' && !isProvisional(one);

const openMake = (recipe: string, waitsFor: string | undefined): Step => ({
  kind: 'make',
  recipe,
  variant: undefined,
  hardwareClass: undefined,
  state: 'open',
  detail: 'not generated yet',
  waitsFor,
});

function tried({ recipe, result }: RecipeOutcome): Step {
  const step = openMake(recipe, undefined);
  if (result.kind === 'made') return { ...step, state: 'done', detail: result.note };
  return { ...step, state: result.kind, detail: result.reason };
}

const noSlot = ({ variant }: PlacementVariant): Step => ({
  ...openMake(variant.recipe, `no worker has a ${variant.provider} slot`),
  kind: 'measure',
  variant: variant.id,
  detail: 'not measured yet',
});

const afterPreparation = (step: Step): Step =>
  step.state === 'open' ? { ...step, waitsFor: 'its batch dimension is verified first' } : step;
