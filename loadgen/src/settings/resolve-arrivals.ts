// Completes the settings of an arrival process.

import { invalid } from '@pareto/scenario';
import type { GivenArrivals } from './given-settings.js';
import type { ArrivalSettings } from './load-settings.js';

type ProcessName = GivenArrivals['arrivals'];
type Parameter = Exclude<keyof GivenArrivals, 'arrivals' | 'rate'>;

interface ArrivalForm {
  /** Parameters that the process has, other than the rate. */
  readonly parameters: readonly Parameter[];
  resolve(given: Partial<GivenArrivals>, durationMs: number): ArrivalSettings;
}

const defaultRate = 100;

const forms: Readonly<Record<ProcessName, ArrivalForm>> = {
  constant: {
    parameters: [],
    resolve: ({ rate = defaultRate }) => ({ process: 'constant', rate }),
  },
  poisson: {
    parameters: [],
    resolve: ({ rate = defaultRate }) => ({ process: 'poisson', rate }),
  },
  gamma: {
    parameters: ['variation'],
    resolve: ({ rate = defaultRate, variation = 2 }) => ({ process: 'gamma', rate, variation }),
  },
  diurnal: {
    parameters: ['amplitude', 'period'],
    resolve: ({ rate = defaultRate, amplitude = 0.8, period }, durationMs) => ({
      ...{ process: 'diurnal', rate, amplitude, periodMs: period ?? durationMs },
    }),
  },
  trace: {
    parameters: ['trace', 'traceColumn', 'traceFrom', 'traceTo'],
    resolve: resolveTrace,
  },
};

/** Settings that have a meaning in the open loop only. */
export const arrivalKeys: readonly (keyof GivenArrivals)[] = [
  ...(['arrivals', 'rate'] as const),
  ...Object.values(forms).flatMap(({ parameters }) => parameters),
];

/**
 * Returns the process with its parameters. `nameOf` returns the name of a setting for errors. Throws `invalid-argument`
 * for a parameter of another process.
 */
export function resolveArrivals(
  given: Partial<GivenArrivals>,
  durationMs: number,
  nameOf: (key: keyof GivenArrivals) => string,
): ArrivalSettings {
  const process = given.arrivals ?? (given.trace === undefined ? 'constant' : 'trace');
  for (const [owner, { parameters }] of Object.entries(forms)) {
    const wrong = owner === process ? undefined : parameters.find((key) => given[key] !== undefined);
    if (wrong === undefined) continue;
    throw invalid(`${nameOf(wrong)} has no effect on ${process} arrivals; it belongs to the arrivals ${owner}`);
  }
  if (process === 'trace' && given.trace === undefined) {
    throw invalid(`${nameOf('trace')} is missing; the arrivals trace need the CSV file of a trace`);
  }
  const { traceFrom = 0, traceTo = Infinity } = given;
  if (traceTo <= traceFrom) throw invalid(`${nameOf('traceTo')} must be after ${nameOf('traceFrom')}`);
  return forms[process].resolve(given, durationMs);
}

function resolveTrace({
  rate,
  trace = '',
  traceColumn,
  traceFrom = 0,
  traceTo,
}: Partial<GivenArrivals>): ArrivalSettings {
  return {
    ...{ process: 'trace', trace, fromMs: traceFrom },
    ...(rate !== undefined && { rate }),
    ...(traceColumn !== undefined && { column: traceColumn }),
    ...(traceTo !== undefined && { toMs: traceTo }),
  };
}
