// The variants of an architecture on accelerators, by their maximum batch: what replaces what.

import { totalMs, type InfaasVariant } from '../infaas-variant.js';
import type { InfaasParams } from '../params.js';
import type { RunningVariant, ScalingSnapshot } from './snapshot.js';

export interface Ladder {
  /** The running variant with the largest maximum batch. Undefined if none runs. */
  readonly top: RunningVariant | undefined;
  /** The one with the next larger batch. Undefined if there is none. */
  readonly next: InfaasVariant | undefined;
  /** The one with the next smaller batch, or else the fastest on a CPU. Undefined if there is none. */
  readonly down: InfaasVariant | undefined;
}

/** Returns the ladder among the variants that are loaded fastest. */
export function findLadder({ running, known }: ScalingSnapshot, { fastest }: InfaasParams): Ladder {
  const considered = known.toSorted((a, b) => totalMs(a) - totalMs(b)).slice(0, fastest);
  const byBatch = considered.filter(isAccelerated).toSorted((a, b) => a.maxBatch - b.maxBatch);
  const [top] = running
    .filter(({ variant }) => isAccelerated(variant))
    .toSorted((a, b) => b.variant.maxBatch - a.variant.maxBatch);
  const batch = top?.variant.maxBatch ?? 0;
  const smaller = byBatch.findLast(({ maxBatch }) => maxBatch < batch);
  return {
    top,
    next: byBatch.find(({ maxBatch }) => maxBatch > batch),
    down: smaller ?? considered.find((variant) => !isAccelerated(variant)),
  };
}

export const isAccelerated = ({ kind }: InfaasVariant): boolean => kind !== 'cpu';

/** Returns whether a running variant with a larger batch replaces this one. */
export const isReplaced = (variant: InfaasVariant, { top }: Ladder): boolean =>
  top !== undefined && isAccelerated(variant) && variant.maxBatch < top.variant.maxBatch;
