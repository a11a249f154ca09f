// Excludes candidates that would meet the latency, but whose queue may not get longer.

import type { Candidate } from '@pareto/core';
import { loadField, type CandidateLoads } from '../../route/candidate-loads.js';
import type { SelectionQuery } from '../selection-query.js';
import { passes, type Criterion } from './criterion.js';

const code = 4;

export const backlogged: Criterion = {
  ...{ name: 'backlogged', code, text: 'with a queue that may not get longer' },
};

export const codeOfWait = (waitMs: number, maxWaitMs: number): number => (waitMs > maxWaitMs ? code : passes);

/** Returns the maximum wait of a query at a candidate, whose numbers begin at `load`. */
export function maxWaitOf(
  { maxWaitBatchesAt, isPatient }: SelectionQuery,
  candidate: Candidate | undefined,
  batchMs: number,
  loads: CandidateLoads | undefined,
  load: number,
): number {
  const shareMs = ((candidate && maxWaitBatchesAt?.(candidate, batchMs)) ?? Infinity) * batchMs;
  return isPatient || loads === undefined ? shareMs : Math.min(shareMs, loads[load + loadField.maxWaitMs] ?? Infinity);
}
