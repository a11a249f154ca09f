// The profiles that policies see, if these are wrong.

import type { Rng } from '@pareto/core';
import type { SimulatedRegistry, VariantProfile } from '../scenario/registry.js';

export interface ProfileErrors {
  /** Share by which all times of a variant are too high or too low, at random. */
  readonly error: number;
  /** Maximum share by which each point is off in addition. */
  readonly noise: number;
}

/** Returns the registry with wrong times of batches. Memory and load times stay as they are. */
export function withProfileErrors(
  registry: SimulatedRegistry,
  { error, noise }: ProfileErrors,
  rng: Rng,
): SimulatedRegistry {
  if (error === 0 && noise === 0) return registry;
  const variants = registry.variants.map((variant) => {
    const factor = rng() < 0.5 ? 1 - error : 1 + error;
    const wrong = (profile: VariantProfile): VariantProfile => ({
      ...profile,
      points: profile.points.map(({ batch, p50Ms, p95Ms, p99Ms }) => {
        const own = factor * (1 - noise + 2 * noise * rng());
        return { batch, p50Ms: own * p50Ms, p95Ms: own * p95Ms, p99Ms: own * p99Ms };
      }),
    });
    return { ...variant, profiles: variant.profiles.map(wrong) };
  });
  return { ...registry, variants };
}
