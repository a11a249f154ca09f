// Divides the traces into parts for tuning and parts that are kept aside for reports.

import { createSeededRng, ParetoError, type Rng } from '@pareto/core';
import { lengthOf, type Trace } from '../arrivals/trace.js';
import { arrivalsOf, cutTrace, type TimeRange } from './cut-trace.js';
import { generateDailyBursts } from './generate/daily-bursts.js';
import { generateTenantBursts } from './generate/tenant-bursts.js';
import { parseTrace } from './parse-trace.js';

/**
 * Policies and their parameters are chosen with `tuning` data alone. `kept-aside` data is only used for reports of what was
 * chosen before.
 */
export type DataUse = 'tuning' | 'kept-aside';

/** Seeds of simulations. */
export const seeds: Readonly<Record<DataUse, readonly number[]>> = {
  tuning: [1, 2, 3, 4, 5],
  'kept-aside': [101, 102, 103, 104, 105],
};

/** Names of the traces in files. */
export const recordedTraceNames = [
  'twitter',
  'azure-functions',
  'azure-llm-code',
  'azure-llm-conv',
  'servegen',
] as const;
export type RecordedTraceName = (typeof recordedTraceNames)[number];

/** Names of the traces that need no file. */
export const generatedTraceNames = ['daily-bursts', 'tenant-bursts'] as const;
export type GeneratedTraceName = (typeof generatedTraceNames)[number];

/** Reads a part of the file with a text: one trace for each source of queries that is known. */
type ReadPart = (text: string, file: string) => readonly Trace[];
interface RecordedTrace extends Readonly<Record<DataUse, ReadPart>> {
  readonly file: string;
}

const dayMs = 86_400_000;

const day =
  (number: number): ReadPart =>
  (text, file) => [cutTrace(parseTrace(text, file), { fromMs: (number - 1) * dayMs, toMs: number * dayMs })];

const halfOf = (trace: Trace, half: 1 | 2): TimeRange => {
  const [middleMs, lengthMs] = [lengthOf(trace) / 2, lengthOf(trace)];
  return half === 1 ? { fromMs: 0, toMs: middleMs } : { fromMs: middleMs, toMs: lengthMs };
};

const half =
  (number: 1 | 2): ReadPart =>
  (text, file) => {
    const trace = parseTrace(text, file);
    const part = cutTrace(trace, halfOf(trace, number));
    if (part.form !== 'clients') return [part];
    return part.clients.map((client) => ({ ...part, clients: [client] }));
  };

/** Reads the columns `f000`, `f001` and so on, of which the first function is number 1. */
const functions =
  (first: number, last: number): ReadPart =>
  (text, file) =>
    Array.from({ length: last - first + 1 }, (_, index) =>
      parseTrace(text, file, [`f${String(first - 1 + index).padStart(3, '0')}`]),
    );

/** The split. It is the only place that says which data is kept aside. */
const recordedTraces: Readonly<Record<RecordedTraceName, RecordedTrace>> = {
  twitter: { file: 'twitter_2021-08_per_second_48h.csv', tuning: day(1), 'kept-aside': day(2) },
  'azure-functions': {
    file: 'azure_functions_2019_top50_per_minute.csv',
    tuning: functions(1, 25),
    'kept-aside': functions(26, 50),
  },
  'azure-llm-code': { file: 'azure_llm_2023_code.csv', tuning: half(1), 'kept-aside': half(2) },
  'azure-llm-conv': { file: 'azure_llm_2023_conv.csv', tuning: half(1), 'kept-aside': half(2) },
  servegen: { file: 'servegen_top20_clients_day1.csv', tuning: half(1), 'kept-aside': half(2) },
};

/** Generators. The part that is kept aside is another draw. */
const generatedTraces: Readonly<Record<GeneratedTraceName, (rng: Rng) => readonly Trace[]>> = {
  'daily-bursts': (rng) => [generateDailyBursts(rng)],
  'tenant-bursts': generateTenantBursts,
};

/**
 * A part of a trace, or a window of it, for one use. A function that tunes accepts `TracePart<'tuning'>`, so that it cannot
 * be given data that is kept aside.
 */
export interface TracePart<Use extends DataUse = DataUse> {
  readonly name: string;
  readonly use: Use;
  /** Parts of all the arrivals by their source, such as a function or a client. One if sources are not recorded. */
  readonly sources: readonly Trace[];
  readonly lengthMs: number;
  /** Mean rate of the whole part, to which the rates of its windows are relative. */
  readonly ratePerSecond: number;
}

/** Returns the name of the file with a recorded trace, in the folder with the data. */
export const traceFile = (name: RecordedTraceName): string => recordedTraces[name].file;

/** Throws `invalid-argument` if the text of the file is malformed, or has no arrivals for this use. */
export function readTracePart<Use extends DataUse>(name: RecordedTraceName, use: Use, text: string): TracePart<Use> {
  const { file, [use]: read } = recordedTraces[name];
  return createPart(name, use, read(text, file), file);
}

export const generateTracePart = <Use extends DataUse>(name: GeneratedTraceName, use: Use): TracePart<Use> =>
  createPart(name, use, generatedTraces[name](createSeededRng(use === 'tuning' ? 1 : 101)), name);

function createPart<Use extends DataUse>(
  name: string,
  use: Use,
  sources: readonly Trace[],
  file: string,
): TracePart<Use> {
  const lengthMs = Math.max(...sources.map(lengthOf));
  const arrivals = sources.reduce((sum, trace) => sum + arrivalsOf(trace), 0);
  if (arrivals > 0) return { name, use, sources, lengthMs, ratePerSecond: (arrivals * 1_000) / lengthMs };
  throw new ParetoError('invalid-argument', `${file} has no arrivals in its part for the use "${use}"`);
}

/** Returns what is in a range of the part, whose time then starts at 0. */
export const cutPart = <Use extends DataUse>(part: TracePart<Use>, range: TimeRange): TracePart<Use> => ({
  ...part,
  sources: part.sources.map((trace) => cutTrace(trace, range)),
  lengthMs: Math.min(part.lengthMs, range.toMs) - range.fromMs,
});
