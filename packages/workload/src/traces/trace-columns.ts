// Determines the meaning of the columns of a trace file from its header.

import { cutText, ParetoError } from '@pareto/core';
import { clientHeader } from './read-clients.js';

export interface TraceColumns {
  /** The time, in the first column. */
  readonly time: { readonly name: string; readonly unitMs: number };
  /** Indexes of the columns whose sum is the number of arrivals in an interval. Empty if each row is one arrival. */
  readonly counts: readonly number[];
  /** Set if the counts are per second, whatever the length of the interval is. */
  readonly perSecond: boolean;
  /** Index of the column that is not 0 in intervals without data. Undefined if there is none. */
  readonly gap: number | undefined;
}

const unitsMs: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1_000, sec: 1_000, second: 1_000, seconds: 1_000 },
  ...{ min: 60_000, minute: 60_000, minutes: 60_000, h: 3_600_000, hour: 3_600_000, hours: 3_600_000 },
};
/** Names of a time that numbers the intervals, so that the other columns are counts. */
const intervalNames = /^(second|minute|hour)$/i;
const countNames = /^(counts?|requests|arrivals|queries|invocations)$/i;
const perSecondNames = /^(rps|qps|rate|.*_per_s|.*_per_second)$/i;

/** Throws `invalid-argument`, which states the expected headers. `chosen` are the names of the columns with the counts. */
export function findTraceColumns(names: readonly string[], chosen: readonly string[] | undefined): TraceColumns {
  const time = findTime(names[0] ?? '');
  const gapIndex = names.findIndex((name) => name.toLowerCase() === 'gap');
  const gap = gapIndex === -1 ? undefined : gapIndex;
  const counts = chosen?.map((name) => findColumn(names, name)) ?? findCounts(names, gapIndex);
  return { time, counts, gap, perSecond: counts.length === 1 && perSecondNames.test(names[counts[0] ?? 0] ?? '') };
}

function findTime(name: string): TraceColumns['time'] {
  const unit = /(?:^|[_ (])([a-z]+)\)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const unitMs = unitsMs[unit];
  if (unitMs !== undefined) return { name, unitMs };
  throw new ParetoError(
    'invalid-argument',
    `column "${cutText(name, 40)}" is not a time; expected the header to begin with a time that names its unit, such as t_s, t_ms or minute, or to be ${clientHeader}`,
  );
}

function findColumn(names: readonly string[], name: string): number {
  const index = names.indexOf(name);
  if (index > 0) return index;
  const known = `${cutText(names.slice(1, 9).join(', '))}${names.length > 9 ? ', …' : ''}`;
  throw new ParetoError('invalid-argument', `there is no column "${name}" with counts; the columns are ${known}`);
}

function findCounts(names: readonly string[], gap: number): readonly number[] {
  const named = names.findIndex((name, index) => index > 0 && (countNames.test(name) || perSecondNames.test(name)));
  if (named !== -1) return [named];
  if (!intervalNames.test(names[0] ?? '')) return [];
  return names.flatMap((_, index) => (index === 0 || index === gap ? [] : [index]));
}
