// The recorded queries by task and objective, with what the log says happened to them.

import type { ErrorCode, PartialObjective } from '@pareto/core';
import type { LoggedArrival } from '@pareto/policy';

/** Queries of a task and an objective. */
export interface RecordedStream {
  readonly task: string;
  /** Objective that the clients stated, completed by the default of the task. */
  readonly objective: PartialObjective;
  /** Times of arrival in ms since the Unix epoch, ascending. */
  readonly times: readonly number[];
  /** Queries that were answered in time and accurately enough. */
  readonly onTime: number;
  /** Latencies of the answers, ascending. */
  readonly latencies: readonly number[];
}

/** Numbers of queries and lines that a replay leaves out or changes. */
export interface ReplayGaps {
  /** Queries that are not replayed, because the client made an error. */
  readonly invalid: number;
  /** Queries that named an architecture or a variant. They are replayed as queries of its task. */
  readonly named: number;
  /** Queries of several items. They are replayed with one. */
  readonly batched: number;
  /** Lines that were cut by the end of a process or a full disk. */
  readonly cut: number;
  /** Maximum number of queries that could not be recorded. */
  readonly lost: number;
}

/** Queries that no change of the cluster answers. */
const clientErrors: ReadonlySet<string> = new Set<ErrorCode>([
  'invalid-argument',
  'not-found',
  'unauthenticated',
  'permission-denied',
  'unimplemented',
]);

export interface ArrivalSums {
  add(arrival: LoggedArrival): void;
  /** Returns the streams in the order of task and objective. */
  streams(): readonly RecordedStream[];
  readonly gaps: Pick<ReplayGaps, 'invalid' | 'named' | 'batched'>;
}

interface Sums extends Omit<RecordedStream, 'times' | 'onTime' | 'latencies'> {
  readonly times: number[];
  readonly latencies: number[];
  onTime: number;
}

export function createArrivalSums(): ArrivalSums {
  const sums = new Map<string, Sums>();
  const gaps = { invalid: 0, named: 0, batched: 0 };
  return {
    gaps,
    add({ at, target, task, objective, items, outcome, latencyMs }) {
      if (task === '' || clientErrors.has(outcome)) {
        gaps.invalid += 1;
        return;
      }
      if (target !== task) gaps.named += 1;
      if (items > 1) gaps.batched += 1;
      const key = `${task} ${JSON.stringify(objective)}`;
      let own = sums.get(key);
      if (own === undefined) sums.set(key, (own = { task, objective, times: [], latencies: [], onTime: 0 }));
      own.times.push(at);
      if (outcome === 'ok') own.onTime += 1;
      if (outcome === 'ok' || outcome === 'late' || outcome === 'inaccurate') own.latencies.push(latencyMs);
    },
    streams: () =>
      [...sums]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, own]) => ({ ...own, times: inOrder(own.times), latencies: inOrder(own.latencies) })),
  };
}

const inOrder = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
