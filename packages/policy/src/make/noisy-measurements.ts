// The measurements that were taken on a busy machine, and when each is repeated.

import { milliseconds, type Measurement, type Milliseconds, type PlanAction, type VariantId } from '@pareto/core';
import type { NoisyMeasurement, NoisyMeasurements } from '../snapshot/noisy.js';
import type { PlacementVariant } from '../snapshot/snapshot.js';
import { classKey } from '../snapshot/versions.js';

const firstPauseMs = 60_000;
const maxPauseMs = 3_600_000;

/** Returns whether other work disturbed a measurement. */
export const isNoisy = ({ result }: Pick<Measurement, 'result'>): boolean => noiseIn(result) > 0;

/**
 * Returns whether a new measurement replaces the stored one. A repeated one of the same environment does so only if it
 * is less noisy.
 */
export const replaces = (next: Measurement, known: Measurement | undefined): boolean =>
  known === undefined ||
  next.environment !== known.environment ||
  !isNoisy(known) ||
  (next.result.kind === 'measured' && noiseIn(next.result) < noiseIn(known.result));

const noiseIn = (result: Measurement['result']): number =>
  result.kind === 'measured' ? (result.profile.noise ?? 0) : 0;

/**
 * Returns when a noisy measurement is ordered again: after a minute, then after twice as long each time, up to an hour.
 * Never while it is being repeated.
 */
export const repeatAt = ({ repeats, since, isOrdered }: NoisyMeasurement): Milliseconds =>
  milliseconds(isOrdered ? Infinity : since + Math.min(maxPauseMs, firstPauseMs * 2 ** repeats));

/**
 * Returns the noisy measurements of the variants. Those that are no longer noisy are forgotten. `measuring` are the
 * variants that workers measure.
 */
export function observeNoisy(
  before: NoisyMeasurements,
  variants: readonly PlacementVariant[],
  measuring: ReadonlySet<VariantId | undefined>,
  now: Milliseconds,
): NoisyMeasurements {
  const noisy = variants.flatMap(({ measurements }) => measurements.filter(isNoisy));
  return new Map(
    noisy.map((one) => {
      const { repeats, since, isOrdered } = before.get(classKey(one)) ?? { repeats: 0, since: now, isOrdered: false };
      const hasEnded = isOrdered && !measuring.has(one.variant);
      return [classKey(one), { repeats, since: hasEnded ? now : since, isOrdered: isOrdered && !hasEnded }];
    }),
  );
}

/** Returns the noisy measurements, of which `actions` repeat some. */
export function countRepeats(noisy: NoisyMeasurements, actions: readonly PlanAction[]): NoisyMeasurements {
  const ordered = new Set(actions.flatMap((action) => (action.kind === 'measure' ? classKey(action) : [])));
  return new Map(
    Array.from(noisy, ([key, one]) => [
      key,
      ordered.has(key) ? { ...one, repeats: one.repeats + 1, isOrdered: true } : one,
    ]),
  );
}
