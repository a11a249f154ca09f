// The lines of an arrival log: CSV with a line for each query, in the order in which the queries ended. Lines that start with # are about
// the log: its format where a process begins to write, and lines that could not be written.

import { errorCodes, milliseconds, type ErrorCode, type PartialObjective } from '@pareto/core';

/** `ok`, `late` and `inaccurate` (in time, but below the accuracy floor) are answers. Others are codes of errors. */
export type ArrivalOutcome = 'ok' | 'late' | 'inaccurate' | ErrorCode;

/** A query, without its tensors. */
export interface LoggedArrival {
  /** Time at which its headers were received, in ms since the Unix epoch. */
  readonly at: number;
  /** Target and its task. Empty if no such target was known. */
  readonly target: string;
  readonly task: string;
  /** Objective that the client stated, completed by the default of the task. Fields that neither sets are missing. */
  readonly objective: PartialObjective;
  readonly items: number;
  readonly requestBytes: number;
  readonly outcome: ArrivalOutcome;
  /** Time until the answer or the error. */
  readonly latencyMs: number;
  /** Keyed hash of the client's identity. Empty if it has none. */
  readonly client: string;
}

const columns = [
  'at',
  'target',
  'task',
  'latency_ms',
  'min_accuracy',
  'max_cost_per_1k',
  'class',
  'accuracy_bound',
  'degrade',
  'items',
  'bytes',
  'outcome',
  'took_ms',
  'client',
  'prefer',
];

export const arrivalLogHeader: string = `#pareto-arrivals 2 ${columns.join(',')}`;
/** Lines of the format before this one have no preference. */
const earlierColumns = columns.slice(0, -1);
const headers: readonly string[] = [arrivalLogHeader, `#pareto-arrivals 1 ${earlierColumns.join(',')}`];

/** Returns whether a text is the first line of a log, which may have been cut. */
export const beginsArrivalLog = (text: string): boolean => headers.some((header) => header.startsWith(text));

export const formatLostArrivals = (count: number): string => `#lost ${count}`;

/** Returns the line of a query. Its names contain no commas, see `checkName`. */
export function formatArrival(arrival: LoggedArrival): string {
  const { at, target, task, objective, items, requestBytes, outcome, latencyMs, client } = arrival;
  const { latencyMs: limit = '', minAccuracy = '', maxCostPer1k = '', class: serviceClass = '' } = objective;
  const { accuracyBound = '', degrade = '', prefer = '' } = objective;
  const stated = `${limit},${minAccuracy},${maxCostPer1k},${serviceClass},${accuracyBound},${degrade}`;
  return `${inTenths(at)},${target},${task},${stated},${items},${requestBytes},${outcome},${inTenths(latencyMs)},${client},${prefer}`;
}

/** Rounds to 0.1 ms, which is more precise than the clocks of several hosts agree. */
const inTenths = (ms: number): number => Math.round(ms * 10) / 10;

const outcomes: readonly string[] = ['ok', 'late', 'inaccurate', ...errorCodes] satisfies readonly ArrivalOutcome[];

/** A line of an arrival log. `malformed`: it is none, for example because it was cut. */
export type ArrivalLine =
  | { readonly kind: 'arrival'; readonly arrival: LoggedArrival }
  | { readonly kind: 'header' }
  | { readonly kind: 'lost'; readonly count: number }
  | { readonly kind: 'malformed' };

const malformed: ArrivalLine = { kind: 'malformed' };

export function parseArrivalLine(line: string): ArrivalLine {
  if (headers.includes(line)) return { kind: 'header' };
  const lost = /^#lost (\d+)$/.exec(line)?.[1];
  if (lost !== undefined) return { kind: 'lost', count: Number(lost) };
  const cells = line.split(',');
  if (cells.length !== columns.length && cells.length !== earlierColumns.length) return malformed;
  const [at, target = '', task = '', latency, accuracy, cost, ...others] = cells;
  const [serviceClass, bound, degrade, items, bytes, outcome = '', took, client = '', prefer = ''] = others;
  const arrival = {
    ...{ at: numberIn(at), target, task },
    objective: {
      ...(latency !== '' && { latencyMs: milliseconds(numberIn(latency)) }),
      ...(accuracy !== '' && { minAccuracy: numberIn(accuracy) }),
      ...(cost !== '' && { maxCostPer1k: numberIn(cost) }),
      ...(serviceClass !== '' && { class: choiceIn(serviceClass, ['online', 'offline']) }),
      ...(bound !== '' && { accuracyBound: choiceIn(bound, ['point', 'lower95']) }),
      ...(degrade !== '' && { degrade: choiceIn(degrade, ['forbid', 'allow']) }),
      ...(prefer !== '' && { prefer: choiceIn(prefer, ['cost', 'accuracy']) }),
    },
    ...{ items: numberIn(items), requestBytes: numberIn(bytes) },
    ...{ outcome: outcome as ArrivalOutcome, latencyMs: numberIn(took), client },
  };
  const { objective, ...facts } = arrival;
  const values: readonly unknown[] = [...Object.values(facts), ...Object.values(objective)];
  const isWhole = outcomes.includes(outcome) && !values.some((value) => value === undefined || Number.isNaN(value));
  return isWhole ? { kind: 'arrival', arrival } : malformed;
}

/** Returns NaN if the cell is not a number. */
const numberIn = (cell = ''): number => (/^\d+(\.\d+)?(e-?\d+)?$/.test(cell) ? Number(cell) : NaN);

const choiceIn = <T extends string>(cell: string | undefined, choices: readonly T[]): T | undefined =>
  choices.find((choice) => choice === cell);
