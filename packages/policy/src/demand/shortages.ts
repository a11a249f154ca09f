// The tasks whose queries are refused for lack of capacity, and since when.

import type { Milliseconds } from '@pareto/core';
import type { TargetRefusals } from './outcome-sums.js';

/** Time since when the queries of a task are refused. */
export type Shortages = ReadonlyMap<string, Milliseconds>;

/** Part of the queries of ten seconds that must be refused for a shortage. Less is the tail that admission leaves. */
const leastPart = 0.01;

/**
 * Returns the shortages at a time. One begins with a whole query, and with 1 % of the queries of a task; it ends when none of the last ten
 * seconds was refused.
 */
export function observeShortages(
  before: Shortages,
  refusals: ReadonlyMap<string, TargetRefusals>,
  now: Milliseconds,
): Shortages {
  const short = Array.from(refusals).flatMap(([task, { queries, refused }]) => {
    const begins = refused >= 1 && refused >= leastPart * queries;
    const since = before.get(task) ?? (begins ? now : undefined);
    return since === undefined || refused === 0 ? [] : [[task, since] as const];
  });
  return new Map(short);
}
