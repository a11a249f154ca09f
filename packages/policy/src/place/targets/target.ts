// The replicas that a need should have on each hardware class.

import type { UnmetNeed } from '@pareto/core';
import type { Share } from '../context/share.js';
import type { Need } from '../needs/need.js';

/** Replicas of a variant by hardware class, for one need. Needs of one variant share replicas, so targets do not add up. */
export interface Target {
  readonly source: string;
  readonly priority: number;
  readonly need: Need;
  readonly shares: readonly Share[];
}

export interface Targets {
  /** Ordered by priority. */
  readonly targets: readonly Target[];
  /** Needs that no hardware class of the fleet can meet. */
  readonly unmet: readonly UnmetNeed[];
}

export const unmetNeed = (
  source: string,
  { variant, reason, warmTarget }: Pick<Need, 'variant' | 'reason' | 'warmTarget'>,
  { cause, text }: Need['problem'] & {},
): UnmetNeed => ({
  ...{ variant, source, cause, reason: `${reason}: ${text}` },
  ...(warmTarget !== undefined && { warmTarget }),
});
