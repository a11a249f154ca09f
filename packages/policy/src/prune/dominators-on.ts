// Domination on one hardware class, which is a strict partial order.

import type { Profile, VariantId } from '@pareto/core';
import { p99At } from '../cost/profile-at.js';
import type { DominationParams } from './domination-params.js';

/** A variant with its compared properties on the class. */
export interface Rated {
  readonly id: VariantId;
  readonly architecture: string;
  readonly profile: Profile;
  readonly accuracy: number | undefined;
  /** USD per 1,000 answers. 0 if the class has no price. */
  readonly cost: number;
}

/**
 * Returns for every variant its dominators that are themselves not dominated on the class, in the order of
 * `betterFirst`, or undefined if there are none. Domination is transitive, so every dominated variant has such a
 * dominator.
 */
export function dominatorsOn(
  variants: readonly Rated[],
  params: DominationParams,
): ReadonlyMap<VariantId, readonly VariantId[] | undefined> {
  let front: readonly Rated[] = [];
  const ordered = variants.toSorted(betterFirst);
  for (const one of ordered) {
    if (front.some((other) => dominates(other, one, params))) continue;
    front = [...front.filter((other) => !dominates(one, other, params)), one];
  }
  const found = new Map<VariantId, readonly VariantId[] | undefined>();
  for (const one of ordered) {
    const dominators = front.filter((other) => dominates(other, one, params)).map(({ id }) => id);
    found.set(one.id, dominators.length === 0 ? undefined : dominators);
  }
  return found;
}

/** Sorts by descending accuracy, then by ascending latency. */
function betterFirst(a: Rated, b: Rated): number {
  const byAccuracy = (b.accuracy ?? -1) - (a.accuracy ?? -1);
  return byAccuracy || p99At(a.profile, 1) - p99At(b.profile, 1) || (a.id < b.id ? -1 : 1);
}

function dominates(a: Rated, b: Rated, params: DominationParams): boolean {
  if (a.accuracy === undefined || b.accuracy === undefined || a.accuracy < b.accuracy) return false;
  if (maxBatch(a.profile) < maxBatch(b.profile)) return false;
  const times = compare(a.profile.loadMs, b.profile.loadMs, params.timeNoise);
  const memory = compare(a.profile.memoryBytes, b.profile.memoryBytes, params.memoryNoise);
  const cost = compare(a.cost, b.cost, params.costNoise);
  if (times === 'more' || memory === 'more' || cost === 'more') return false;
  const latency = compareLatencies(a.profile, b.profile, params.timeNoise);
  if (latency === 'more') return false;
  return a.accuracy > b.accuracy + params.accuracyNoise || [times, memory, cost, latency].includes('less');
}

type Comparison = 'less' | 'same' | 'more';

/** Returns `less` only if the difference exceeds the noise. */
const compare = (a: number, b: number, noise: number): Comparison =>
  a > b ? 'more' : a < b * (1 - noise) ? 'less' : 'same';

/** Compares at every measured batch of either profile, up to the largest of `b`. */
function compareLatencies(a: Profile, b: Profile, noise: number): Comparison {
  const limit = maxBatch(b);
  let isLess = false;
  for (const { batch } of [...a.points, ...b.points]) {
    if (batch > limit) continue;
    const compared = compare(p99At(a, batch), p99At(b, batch), noise);
    if (compared === 'more') return 'more';
    isLess ||= compared === 'less';
  }
  return isLess ? 'less' : 'same';
}

const maxBatch = ({ points }: Profile): number => points.at(-1)?.batch ?? 0;
