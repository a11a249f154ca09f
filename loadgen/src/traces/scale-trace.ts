// Scales a part of a trace to a duration and a rate.

import { formatDuration, ParetoError } from '@pareto/core';
import { arrivalsOf, cutTrace, lengthOf, type Trace, type TraceArrivals } from '@pareto/workload';
import type { TraceSettings } from '../settings/load-settings.js';

/**
 * Compresses or stretches the part into `durationMs`, at the mean rate of the settings. Throws `invalid-argument` if the
 * part has no arrivals.
 */
export function scaleTrace(
  recorded: Trace,
  settings: TraceSettings,
  durationMs: number,
): TraceArrivals & { readonly ratePerSecond: number } {
  const { fromMs, toMs = Infinity } = settings;
  const trace = cutTrace(recorded, { fromMs, toMs });
  const arrivals = arrivalsOf(trace);
  if (arrivals === 0) throw emptyPart(recorded, settings);
  const lengthMs = lengthOf(trace);
  const recordedRate = (arrivals * 1_000) / lengthMs;
  const { rate: ratePerSecond = recordedRate } = settings;
  return { trace, timeScale: durationMs / lengthMs, rateScale: ratePerSecond / recordedRate, ratePerSecond };
}

function emptyPart(recorded: Trace, { trace, fromMs, toMs }: TraceSettings): ParetoError {
  const until = toMs === undefined ? 'its end' : formatDuration(toMs);
  return new ParetoError(
    'invalid-argument',
    `${trace} has no requests from ${formatDuration(fromMs)} to ${until}; it ends at ${formatDuration(lengthOf(recorded))}`,
  );
}
