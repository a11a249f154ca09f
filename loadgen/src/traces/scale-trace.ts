// Scales a part of a trace to a duration and a rate.

import { ParetoError } from '@pareto/core';
import type { Trace, TraceArrivals } from '@pareto/workload';
import { formatDuration } from '../settings/duration.js';
import type { TraceSettings } from '../settings/load-settings.js';
import type { RecordedTrace } from './recorded-trace.js';

/**
 * Compresses or stretches the part into `durationMs`, at the mean rate of the settings. Intervals without data are left
 * out, so that they do not lower the rate. Throws `invalid-argument` if the part has no arrivals.
 */
export function scaleTrace(
  recorded: RecordedTrace,
  settings: TraceSettings,
  durationMs: number,
): TraceArrivals & { readonly ratePerSecond: number } {
  const { lengthMs, ...part } =
    recorded.form === 'times' ? cutTimes(recorded, settings) : cutCounts(recorded, settings);
  if (part.arrivals === 0) throw emptyPart(recorded, settings);
  const recordedRate = (part.arrivals * 1_000) / lengthMs;
  const { rate: ratePerSecond = recordedRate } = settings;
  return {
    trace: part.trace,
    timeScale: durationMs / lengthMs,
    rateScale: ratePerSecond / recordedRate,
    ratePerSecond,
  };
}

interface Part {
  readonly trace: Trace;
  readonly arrivals: number;
  readonly lengthMs: number;
}

type Times = Extract<RecordedTrace, { readonly form: 'times' }>;
type Counts = Extract<RecordedTrace, { readonly form: 'counts' }>;

function cutTimes({ timesMs: all }: Times, { fromMs, toMs }: TraceSettings): Part {
  const endMs = toMs ?? endOfTimes(all);
  const timesMs = all.filter((ms) => ms >= fromMs && ms < endMs).map((ms) => ms - fromMs);
  const lengthMs = Math.min(endMs, endOfTimes(all)) - fromMs;
  return { trace: { form: 'times', timesMs }, arrivals: timesMs.length, lengthMs };
}

/** Returns the end of a trace: a mean gap after its last arrival. */
function endOfTimes(timesMs: Float64Array): number {
  const last = timesMs.at(-1) ?? 0;
  return Math.max(1, last + last / Math.max(1, timesMs.length - 1));
}

function cutCounts({ intervalMs, startsMs, counts: all }: Counts, { fromMs, toMs = Infinity }: TraceSettings): Part {
  const counts = all.filter((_, index) => {
    const startMs = startsMs[index] ?? 0;
    return startMs >= fromMs && startMs < toMs;
  });
  const arrivals = counts.reduce((sum, count) => sum + count, 0);
  return { trace: { form: 'counts', counts, intervalMs }, arrivals, lengthMs: counts.length * intervalMs };
}

function emptyPart(recorded: RecordedTrace, { trace, fromMs, toMs }: TraceSettings): ParetoError {
  const endMs =
    recorded.form === 'times' ? endOfTimes(recorded.timesMs) : (recorded.startsMs.at(-1) ?? 0) + recorded.intervalMs;
  const until = toMs === undefined ? 'its end' : formatDuration(toMs);
  return new ParetoError(
    'invalid-argument',
    `${trace} has no requests from ${formatDuration(fromMs)} to ${until}; it ends at ${formatDuration(endMs)}`,
  );
}
