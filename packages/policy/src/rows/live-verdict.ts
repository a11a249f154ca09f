// The verdict of a live check, which holds for a variant on all hardware classes, whatever later runs show.

import type { Measurement } from '@pareto/core';

interface LiveVerdict {
  readonly kind: 'mixed';
  readonly reason: string;
  readonly isLive: true;
}

/** Returns the measurement with the verdict of a live check. Undefined if it has one already, or no profile. */
export function endSharing(measurement: Measurement, reason: string): Measurement | undefined {
  if (measurement.result.kind === 'failed' || liveVerdictOf(measurement) !== undefined) return undefined;
  return withVerdict(measurement, { kind: 'mixed', reason, isLive: true });
}

/** Returns a new measurement with the verdict of a live check that a known one of the same variant has. */
export function keepLiveVerdict(next: Measurement, known: Iterable<Measurement>): Measurement {
  for (const measurement of known) {
    const verdict = liveVerdictOf(measurement);
    if (verdict !== undefined) return withVerdict(next, verdict);
  }
  return next;
}

function liveVerdictOf({ result }: Measurement): LiveVerdict | undefined {
  const rows = result.kind === 'measured' ? result.profile.rows : undefined;
  return rows?.kind === 'mixed' && rows.isLive ? { ...rows, isLive: true } : undefined;
}

function withVerdict(measurement: Measurement, rows: LiveVerdict): Measurement {
  const { result } = measurement;
  if (result.kind === 'failed') return measurement;
  return { ...measurement, result: { ...result, profile: { ...result.profile, rows } } };
}
