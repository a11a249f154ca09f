// Latencies of profiles as decisions count them, so that every table shows the same numbers.

import { p50At, p95At, p99At } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { formatMs } from '../terminal/format.js';

type Points = Pick<wire.Profile, 'points'>;

/**
 * Returns the measured batch sizes with the latencies that count. A batch that was measured slower than a larger one, by
 * noise, counts like the larger one.
 */
export const countedPoints = (profile: Points): readonly wire.ProfilePoint[] =>
  profile.points.map(({ batch, runs }) => ({
    ...{ batch, runs },
    ...{ p50Ms: p50At(profile, batch), p95Ms: p95At(profile, batch), p99Ms: p99At(profile, batch) },
  }));

/** Returns a sentence about the batch sizes whose measured p99 does not count. Undefined if all count. */
export function uncountedFact(profile: Points): string | undefined {
  const slower = profile.points.filter(({ batch, p99Ms }) => p99Ms > p99At(profile, batch));
  if (slower.length === 0) return undefined;
  const sizes = slower.map(({ batch, p99Ms }) => `${batch} (p99 ${formatMs(p99Ms)})`).join(', ');
  return `measured slower than a larger batch, and counts like that: batch ${sizes}`;
}
