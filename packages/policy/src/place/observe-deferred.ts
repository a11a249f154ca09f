// The measurements that no worker could start, and since when.

import type { DeferredStep, Milliseconds } from '@pareto/core';

type Measured = Pick<DeferredStep, 'architecture' | 'version' | 'recipe' | 'hardwareClass'>;

export const stepKey = ({ architecture, version, recipe, hardwareClass }: Measured): string =>
  `${architecture}/${version}/${recipe}/${hardwareClass ?? ''}`;

/** Returns the time since when each measurement that a plan deferred has waited, as far as this leader has seen. */
export function observeDeferred(
  before: ReadonlyMap<string, Milliseconds>,
  deferred: readonly DeferredStep[],
  now: Milliseconds,
): ReadonlyMap<string, Milliseconds> {
  const measured = deferred.filter(({ hardwareClass }) => hardwareClass !== undefined).map(stepKey);
  return new Map(measured.map((key) => [key, before.get(key) ?? now]));
}
