// The lines of an arrival log: CSV with a line for each query, in the order in which the queries ended. Lines that start with # are about
// the log: its format where a process begins to write, and lines that could not be written.

import type { ErrorCode, PartialObjective } from '@pareto/core';

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
];

const formatName = '#pareto-arrivals 1 ';

export const arrivalLogHeader: string = formatName + columns.join(',');

export const formatLostArrivals = (count: number): string => `#lost ${count}`;

/** Returns the line of a query. Its names contain no commas, see `checkName`. */
export function formatArrival(arrival: LoggedArrival): string {
  const { at, target, task, objective, items, requestBytes, outcome, latencyMs, client } = arrival;
  const { latencyMs: limit = '', minAccuracy = '', maxCostPer1k = '', class: serviceClass = '' } = objective;
  const { accuracyBound = '', degrade = '' } = objective;
  const stated = `${limit},${minAccuracy},${maxCostPer1k},${serviceClass},${accuracyBound},${degrade}`;
  return `${inTenths(at)},${target},${task},${stated},${items},${requestBytes},${outcome},${inTenths(latencyMs)},${client}`;
}

/** Rounds to 0.1 ms, which is more precise than the clocks of several hosts agree. */
const inTenths = (ms: number): number => Math.round(ms * 10) / 10;
