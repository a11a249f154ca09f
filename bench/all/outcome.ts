// The outcome of one benchmark among all, and the summary of all.

import { formatTable, type Column } from '@pareto/report';
import type { Run } from '@pareto/testkit';

export interface Outcome {
  readonly benchmark: string;
  readonly seconds: number;
  /** Reason why the benchmark broke. Null if it did not. */
  readonly failure: string | null;
  readonly missedTargets: number;
  readonly worseRows: number;
  /** Null if the benchmark broke before its report. */
  readonly run: Run | null;
}

export interface Ended {
  readonly benchmark: string;
  readonly seconds: number;
  /** Exit code, or the signal that ended the process. */
  readonly exit: number | string;
  /** Rows that the process wrote. Undefined if it wrote none. */
  readonly run: Run | undefined;
}

export function judgeOutcome({ benchmark, seconds, exit, run }: Ended): Outcome {
  const rows = run?.rows ?? [];
  return {
    benchmark,
    seconds: Math.round(seconds),
    failure: exit !== 0 ? `exit ${exit}` : rows.length === 0 ? 'no rows' : null,
    missedTargets: rows.filter(({ holds }) => holds === false).length,
    worseRows: rows.filter(({ isWorse }) => isWorse).length,
    run: run ?? null,
  };
}

export const formatOutcomes = (outcomes: readonly Outcome[]): string =>
  formatTable(columns, outcomes, { width: Infinity });

const columns: readonly Column<Outcome>[] = [
  { title: 'BENCHMARK', cell: ({ benchmark }) => benchmark },
  { title: 'RESULT', cell: (outcome) => describeResult(outcome) },
  { title: 'TIME', align: 'right', cell: ({ seconds }) => formatMinutes(seconds / 60) },
];

function describeResult({ failure, missedTargets, worseRows, run }: Outcome): string {
  const isCompared = run?.rows.some(({ baseline }) => baseline !== undefined) ?? false;
  const parts = [
    ...(failure === null ? [] : [`FAILED (${failure})`]),
    ...(missedTargets === 0 ? [] : [`${count(missedTargets, 'target')} missed`]),
    ...(worseRows === 0 ? [] : [`${count(worseRows, 'row')} worse than the baseline`]),
  ];
  if (parts.length > 0) return parts.join(', ');
  return isCompared ? 'ok' : 'ok, without a baseline';
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Formats a duration with the precision that matters. */
export const formatMinutes = (minutes: number): string =>
  minutes < 1.5 ? `${Math.round(60 * minutes)} s` : `${Math.round(minutes)} min`;
