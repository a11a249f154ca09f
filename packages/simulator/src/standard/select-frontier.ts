// Selects the variants of a family that are worth to serve.

import { paretoFront } from '@pareto/policy';
import type { SimulatedVariant } from '../scenario/registry.js';

/**
 * Returns the variants that no other one dominates in accuracy and median latency of a single item, on at least one hardware
 * class, in the order of their accuracy.
 */
export function selectFrontier(variants: readonly SimulatedVariant[]): readonly SimulatedVariant[] {
  const classes = new Set(variants.flatMap(({ profiles }) => profiles.map(({ hardwareClass }) => hardwareClass)));
  const onFront = new Set([...classes].flatMap((name) => frontOn(variants, name)));
  return variants.filter((variant) => onFront.has(variant)).toSorted((a, b) => a.accuracy - b.accuracy);
}

const frontOn = (variants: readonly SimulatedVariant[], hardwareClass: string): readonly SimulatedVariant[] =>
  paretoFront(
    variants.flatMap((variant) => {
      const point = variant.profiles.find((profile) => profile.hardwareClass === hardwareClass)?.points[0];
      return point === undefined ? [] : [{ accuracy: variant.accuracy, x: point.p50Ms, variant }];
    }),
  ).map(({ variant }) => variant);
