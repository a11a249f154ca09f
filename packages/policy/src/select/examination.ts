// The state of one selection: what is compared, and the rows that stand out so far.

import type { CandidateLoads } from '../route/candidate-loads.js';
import type { TargetColumns } from './columns.js';
import type { SelectionQuery, SelectParams } from './selection-query.js';

export interface Examination {
  readonly columns: TargetColumns;
  readonly query: SelectionQuery;
  /** Loads of the candidates. Undefined if all warm ones are idle. */
  readonly loads: CandidateLoads | undefined;
  readonly hopMs: number;
  readonly pauseShare: number;
  /** Accuracies that are compared with the floor. */
  readonly accuracies: Float64Array;
  /** Costs or ranks by accuracy, as the query prefers. A smaller key is better. */
  readonly keys: Float64Array;
  /** Best eligible row. -1 if there is none. */
  best: number;
  /** Best cold row. -1 if there is none. */
  coldest: number;
  /** Busy or backlogged row with the smallest predicted latency. -1 if there is none. */
  soonest: number;
  isBusy: boolean;
  isBacklogged: boolean;
  isUnplaceable: boolean;
}

export function createExamination(
  columns: TargetColumns,
  query: SelectionQuery,
  loads: CandidateLoads | undefined,
  { hopMs, pauseShare }: SelectParams,
): Examination {
  const { objective } = query;
  return {
    columns,
    query,
    loads,
    hopMs,
    pauseShare,
    accuracies: objective.accuracyBound === 'lower95' ? columns.lower95 : columns.accuracy,
    keys: objective.prefer === 'cost' ? columns.cost : columns.rank,
    best: -1,
    coldest: -1,
    soonest: -1,
    isBusy: false,
    isBacklogged: false,
    isUnplaceable: false,
  };
}
