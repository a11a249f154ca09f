// The variants of an architecture's files.

import {
  dynamicBatch,
  formatVariant,
  originalRecipe,
  providers,
  recipeOf,
  type Architecture,
  type Manifest,
  type RecipeOutcome,
  type SessionOption,
  type Variant,
} from '@pareto/core';
import type { PlacementArchitecture, PlacementVariant } from '../snapshot/snapshot.js';

/**
 * Returns the variants of the file that `outcome` generated, or of the trained model if `outcome` is undefined: one for
 * each provider of the recipe that the fleet has, and on the cpu one more for each of its session options. A model
 * whose batch was made dynamic replaces the trained one. Empty if no file was generated.
 */
export function variantsOf(
  architecture: Architecture,
  outcome: RecipeOutcome | undefined,
  fleetProviders: ReadonlySet<string>,
): readonly Variant[] {
  const file = fileOf(architecture, outcome);
  if (file === undefined) return [];
  const recipe = outcome === undefined || outcome.recipe === dynamicBatch ? originalRecipe : outcome.recipe;
  const known = recipeOf(recipe);
  if (known === undefined) return [];
  const { name, version, task } = architecture;
  const variant = (provider: string, option: SessionOption | undefined): Variant => ({
    id: formatVariant(name, recipe, provider, option),
    ...{ architecture: name, version, task, recipe, provider, option, ...file },
    quarantineReason: undefined,
  });
  return providers
    .filter((provider) => known.providers.includes(provider) && fleetProviders.has(provider))
    .flatMap((provider) => [undefined, ...(provider === 'cpu' ? known.options : [])].map((o) => variant(provider, o)));
}

/** Returns the variants that should exist for the generated files but do not, or that exist with another file. */
export function missingVariants(
  { architecture, outcomes }: PlacementArchitecture,
  variants: readonly Pick<PlacementVariant, 'variant'>[],
  fleetProviders: ReadonlySet<string>,
): readonly Variant[] {
  const known = new Map(
    variants
      .filter(({ variant }) => variant.architecture === architecture.name && variant.version === architecture.version)
      .map(({ variant }) => [variant.id, variant.modelDigest]),
  );
  const made = outcomes.filter(({ version, result }) => version === architecture.version && result.kind === 'made');
  const original = made.find(({ recipe }) => recipe === dynamicBatch);
  const others = made.filter((outcome) => outcome !== original);
  return [original, ...others]
    .flatMap((outcome) => variantsOf(architecture, outcome, fleetProviders))
    .filter(({ id, modelDigest }) => known.get(id) !== modelDigest);
}

function fileOf(
  { modelDigest, manifest }: Architecture,
  outcome: RecipeOutcome | undefined,
): { readonly modelDigest: Architecture['modelDigest']; readonly manifest: Manifest } | undefined {
  if (outcome === undefined) return { modelDigest, manifest };
  const { result } = outcome;
  return result.kind === 'made' ? { modelDigest: result.modelDigest, manifest: result.manifest } : undefined;
}
