// Describes the settings of a run in words.

import type { RunDescription } from '../html/format-html.js';
import { formatDuration } from '@pareto/core';
import type { ArrivalSettings, LoadSettings, QuerySettings, TraceSettings } from '../settings/load-settings.js';
import type { LoadRun } from '../tally/load-run.js';

export function describeRun(run: LoadRun): RunDescription {
  const { settings, interrupted, startedAt, machine, node } = run;
  const { address, queries, durationMs, warmUpMs, connections, tls, timeoutMs, seed } = settings;
  const targets = [...new Set(queries.map(({ target }) => target))];
  const warmUp = warmUpMs === 0 ? '' : `, after ${formatDuration(warmUpMs)} of warm-up`;
  const ended = interrupted ? `; interrupted after ${formatDuration(Math.max(0, Math.round(run.durationMs)))}` : '';
  const data = [...new Set(queries.map((query) => query.data ?? 'synthetic'))];
  return {
    title: `${targets.join(', ')} on ${address}`,
    settings: [
      ['Load', describeLoop(settings)],
      ['Duration', `${formatDuration(durationMs)}${warmUp}${ended}`],
      ['Samples', data.join(', ')],
      ['Connections', `${connections}${tls === undefined ? '' : ' with TLS'}, deadline ${timeoutMs} ms`],
      ['Started', `${startedAt}, seed ${seed}`],
      ['Sent from', `${machine}, Node ${node}`],
    ],
  };
}

/** Returns the load in a few words: `poisson arrivals, 50/s`. */
function describeLoop({ loop, queries }: LoadSettings): string {
  if (loop.kind === 'closed') return `${loop.inFlight} requests in flight (closed loop)`;
  const own = queries.flatMap(({ name, arrivals }) =>
    arrivals === undefined ? [] : [`${name}: ${describeArrivals(arrivals)}`],
  );
  return [...(loop.arrivals === undefined ? [] : [describeArrivals(loop.arrivals)]), ...own].join('; ');
}

function describeArrivals(settings: ArrivalSettings): string {
  const rate = settings.rate === undefined ? 'the recorded rate' : `${settings.rate}/s`;
  switch (settings.process) {
    case 'constant':
    case 'poisson':
      return `${settings.process} arrivals, ${rate}`;
    case 'gamma':
      return `gamma arrivals, ${rate}, variation ${settings.variation}`;
    case 'diurnal':
      return `diurnal arrivals, ${rate} ± ${Math.round(settings.amplitude * 100)} % in ${formatDuration(settings.periodMs)}`;
    case 'trace':
      return `trace ${settings.trace}${describePart(settings)}, scaled to ${rate}`;
  }
}

function describePart({ fromMs, toMs, column }: TraceSettings): string {
  const part =
    fromMs === 0 && toMs === undefined
      ? ''
      : ` from ${formatDuration(fromMs)} to ${toMs === undefined ? 'its end' : formatDuration(toMs)}`;
  return `${column === undefined ? '' : ` (${column})`}${part}`;
}

/** Returns the objective of a query in a few words: `≤ 50 ms, ≥ 98 %`. Empty if it has none. */
export function describeObjective({
  latencyMs,
  minAccuracy,
  maxRmse,
  maxMae,
  minR2,
  maxCostPer1k,
  class: serviceClass,
}: QuerySettings): string {
  return [
    ...(latencyMs === undefined ? [] : [`≤ ${latencyMs} ms`]),
    ...(minAccuracy === undefined ? [] : [`≥ ${Number((minAccuracy * 100).toFixed(2))} %`]),
    ...(maxRmse === undefined ? [] : [`rmse ≤ ${maxRmse}`]),
    ...(maxMae === undefined ? [] : [`mae ≤ ${maxMae}`]),
    ...(minR2 === undefined ? [] : [`r2 ≥ ${minR2}`]),
    ...(maxCostPer1k === undefined ? [] : [`≤ $${maxCostPer1k}/1k`]),
    ...(serviceClass === undefined ? [] : [serviceClass]),
  ].join(', ');
}
