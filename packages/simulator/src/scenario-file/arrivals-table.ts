// The arrivals of a stream in a scenario file: a process with its parameters.

import {
  choiceOf,
  duration,
  durationOrZero,
  fieldAt,
  fieldError,
  listOf,
  needed,
  notNegative,
  numberWhere,
  objectOf,
  optional,
  positive,
  share,
  text,
  valueOf,
  type Reader,
} from '@pareto/scenario';
import type { ArrivalKind, ArrivalProcess } from '@pareto/workload';

/** A part of a recorded trace, which is replayed at its own pace. */
export interface GivenTrace {
  readonly kind: 'trace';
  /** Path, relative to the folder of the scenario file or that of the data. */
  readonly file: string;
  /** Columns of the file that have counts. Determined from its header if omitted. */
  readonly columns?: readonly string[];
  readonly fromMs: number;
  /** End of the part. The end of the trace if omitted. */
  readonly toMs?: number;
  /** Factor of the recorded rate. */
  readonly scale: number;
  /** Mean rate that the part is scaled to. */
  readonly ratePerSecond?: number;
}

export type GivenArrivals = ArrivalProcess<Exclude<ArrivalKind, 'trace'>> | GivenTrace;

const maxRate = 10_000_000;
/** Bursts of a larger variation have so many queries at a time that a simulation hardly advances. */
const maxVariation = 100;

const process = needed(valueOf(text), 'a process');
const rateFormat = numberWhere(`a rate above 0 and up to ${maxRate}/s`, (value) => value > 0 && value <= maxRate);
const readRate = valueOf(rateFormat, 'rate: 100');
const rate = needed(readRate, 'the mean number of queries per second, such as rate: 100');

const variationFormat = numberWhere(
  `a number from 0.01 to ${maxVariation}`,
  (value) => value >= 1 / maxVariation && value <= maxVariation,
);

const expected = 'arrivals such as { process: poisson, rate: 100 }';
const rateTable = objectOf<{ readonly process: string; readonly rate: number }>({ process, rate }, expected);
const gammaTable = objectOf<{ readonly process: string; readonly rate: number; readonly variation?: number }>(
  { process, rate, variation: optional(valueOf(variationFormat, 'variation: 2')) },
  expected,
);
const diurnalTable = objectOf<{
  readonly process: string;
  readonly rate: number;
  readonly amplitude?: number;
  readonly period: number;
  readonly peak?: number;
}>(
  {
    ...{ process, rate, amplitude: optional(valueOf(share, 'amplitude: 0.8')) },
    period: needed(valueOf(duration, 'period: 10m'), 'the time from peak to peak, such as period: 10m'),
    peak: optional(valueOf(durationOrZero, 'peak: 2m')),
  },
  expected,
);
const stepTable = objectOf<{
  readonly process: string;
  readonly rate: number;
  readonly factor: number;
  readonly at: number;
}>(
  {
    ...{ process, rate },
    factor: needed(valueOf(notNegative, 'factor: 3'), 'the factor of the rate after the step, such as factor: 3'),
    at: needed(valueOf(durationOrZero, 'at: 2m'), 'the time of the step, such as at: 2m'),
  },
  expected,
);
const traceTable = objectOf<{
  readonly process: string;
  readonly file: string;
  readonly columns?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly scale?: number;
  readonly rate?: number;
}>(
  {
    process,
    file: needed(valueOf(text, 'file: day.csv'), 'a CSV file with counts or times, such as file: day.csv'),
    columns: optional(listOf(valueOf(text), 'a list of names, such as columns: [requests]')),
    from: optional(valueOf(durationOrZero, 'from: 6h')),
    to: optional(valueOf(duration, 'to: 7h')),
    scale: optional(valueOf(positive, 'scale: 2')),
    rate: optional(readRate),
  },
  expected,
);

const forms: Readonly<Record<GivenArrivals['kind'], Reader<GivenArrivals>>> = {
  constant: (field) => ({ kind: 'constant', ratePerSecond: rateTable(field).rate }),
  poisson: (field) => ({ kind: 'poisson', ratePerSecond: rateTable(field).rate }),
  gamma(field) {
    const { rate: ratePerSecond, variation = 2 } = gammaTable(field);
    return { kind: 'gamma', ratePerSecond, variation };
  },
  diurnal(field) {
    const { rate: ratePerSecond, amplitude = 0.8, period: periodMs, peak: peakMs } = diurnalTable(field);
    return { kind: 'diurnal', ratePerSecond, amplitude, periodMs, ...(peakMs !== undefined && { peakMs }) };
  },
  step(field) {
    const { rate: ratePerSecond, factor, at: atMs } = stepTable(field);
    if (factor * ratePerSecond > maxRate) {
      throw fieldError(fieldAt(field, 'factor'), `expected a rate of up to ${maxRate}/s after the step`);
    }
    return { kind: 'step', ratePerSecond, factor, atMs };
  },
  trace(field) {
    const { file, columns, from: fromMs = 0, to: toMs, scale = 1, rate: ratePerSecond } = traceTable(field);
    if (toMs !== undefined && toMs <= fromMs) throw fieldError(fieldAt(field, 'to'), 'expected a time after from');
    return {
      ...{ kind: 'trace', file, fromMs, scale },
      ...(columns !== undefined && { columns }),
      ...(toMs !== undefined && { toMs }),
      ...(ratePerSecond !== undefined && { ratePerSecond }),
    };
  },
};

/** Reads a process, and its parameters by the table of the process. */
export const readArrivals: Reader<GivenArrivals> = choiceOf('process', forms);
