// The accuracy of a variant on a hardware class, also before it is measured there.

import { instructionSetOf, recipeOf, type Accuracy, type HardwareClassId, type Measurement } from '@pareto/core';
import type { PlacementVariant } from '../snapshot/snapshot.js';
import { isProvisional } from './list-measures.js';

/**
 * Returns the accuracy that was measured on the class. Before that, returns the lowest one measured on a class with the
 * same instruction set, else, if the recipe calculates in floating point, on any class of the provider: its outputs differ
 * between instruction sets by rounding alone. Undefined if there is none.
 */
export function accuracyOn(
  { variant, measurements }: Pick<PlacementVariant, 'variant' | 'measurements'>,
  id: HardwareClassId,
): Accuracy | undefined {
  const here = measurements.find(({ hardwareClass }) => hardwareClass === id);
  if (here !== undefined && !isProvisional(here)) return accuracyIn(here);
  const alike = measurements.filter((one) => instructionSetOf(one.hardwareClass) === instructionSetOf(id));
  const found = lowestOf(alike);
  if (found !== undefined || recipeOf(variant.recipe)?.arithmetic !== 'float') return found;
  return lowestOf(measurements);
}

const accuracyIn = ({ result }: Measurement): Accuracy | undefined =>
  result.kind === 'measured' ? result.accuracy : undefined;

const lowestOf = (measurements: readonly Measurement[]): Accuracy | undefined =>
  measurements.flatMap((one) => accuracyIn(one) ?? []).toSorted((a, b) => a.value - b.value)[0];
