// What a worker is ordered to do: one file to make, or one variant to measure. Pure.

import { formatVariant, type Measurement, type VariantId } from '@pareto/core';

/** A file to make or a variant to measure. A worker gets one order at a time. */
export type WorkTarget =
  | { readonly kind: 'make'; readonly architecture: string; readonly version: number; readonly recipe: string }
  | ({ readonly kind: 'measure' } & Pick<Measurement, 'variant' | 'version' | 'hardwareClass'>);

export function sameTarget(a: WorkTarget, b: WorkTarget): boolean {
  if (a.version !== b.version) return false;
  if (a.kind === 'measure')
    return b.kind === 'measure' && a.variant === b.variant && a.hardwareClass === b.hardwareClass;
  return b.kind === 'make' && a.architecture === b.architecture && a.recipe === b.recipe;
}

/** Returns the variant that is made or measured. */
export const variantOf = (target: WorkTarget): VariantId =>
  target.kind === 'measure' ? target.variant : formatVariant(target.architecture, target.recipe, 'cpu');
