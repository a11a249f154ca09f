// The state of one selection: what is compared, and the rows that stand out so far.

import type { TargetEntry } from '@pareto/core';
import type { CandidateLoads } from '../route/candidate-loads.js';
import type { TargetColumns } from './columns.js';
import { congestionRanks } from './congestion-ranks.js';
import type { SelectionQuery, SelectParams } from './selection-query.js';
import { columnsOf } from './target-columns.js';

export interface Examination {
  readonly columns: TargetColumns;
  readonly query: SelectionQuery;
  /** Loads of the candidates. Undefined if all warm ones are idle. */
  readonly loads: CandidateLoads | undefined;
  readonly hopMs: number;
  readonly pauseShare: number;
  /** Accuracies that are compared with the floor. */
  readonly accuracies: Float64Array;
  /** Order by accuracy, ascending. NaN if not measured. */
  readonly ranks: Float64Array;
  /** Costs or ranks, as the query prefers. A smaller key is better. */
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
  target: TargetEntry,
  query: SelectionQuery,
  loads: CandidateLoads | undefined,
  { hopMs, pauseShare }: SelectParams,
): Examination {
  const { objective, congestion } = query;
  const columns = columnsOf(target);
  const isPriced = congestion !== undefined && objective.prefer === 'accuracy';
  const ranks = isPriced ? congestionRanks(target, congestion) : columns.rank;
  return {
    columns,
    query,
    loads,
    hopMs,
    pauseShare,
    accuracies: objective.accuracyBound === 'lower95' ? columns.lower95 : columns.accuracy,
    ranks,
    keys: objective.prefer === 'cost' ? columns.cost : ranks,
    best: -1,
    coldest: -1,
    soonest: -1,
    isBusy: false,
    isBacklogged: false,
    isUnplaceable: false,
  };
}
