// The record of a decision: counts by verdict and the best candidates, in arrays that are allocated once.

import type { TargetColumns } from './columns.js';
import { costlier, eligible, verdicts } from './criteria.js';
import type { Examination } from './examination.js';
import { isBetter } from './rank.js';

export const tracedCandidates = 32;

export interface DecisionTrace {
  /** Candidates by the verdict's index in `verdicts`. */
  readonly counts: Uint32Array;
  /** Indices into the target's candidates: eligible ones from best to worst, then others in their order. */
  readonly indices: Int32Array;
  readonly verdictCodes: Uint8Array;
  /** Predicted latency; of a cold candidate, once it is loaded. Infinite if it was never measured. */
  readonly predictedMs: Float64Array;
  /** Number of array elements in use. */
  size: number;
}

export function createTrace(): DecisionTrace {
  return {
    counts: new Uint32Array(verdicts.length),
    indices: new Int32Array(tracedCandidates),
    verdictCodes: new Uint8Array(tracedCandidates),
    predictedMs: new Float64Array(tracedCandidates),
    size: 0,
  };
}

export function clearTrace(trace: DecisionTrace): void {
  trace.counts.fill(0);
  trace.size = 0;
}

/** Returns whether the trace records candidates that are not eligible, with their predicted latency. */
export const recordsTimes = (trace: DecisionTrace | undefined): boolean =>
  trace !== undefined && trace.size < tracedCandidates;

/** Counts the verdict with code `code` on a candidate that is not recorded. Does nothing without a trace. */
export function countVerdict(trace: DecisionTrace | undefined, code: number): void {
  if (trace !== undefined) trace.counts[code] = (trace.counts[code] ?? 0) + 1;
}

/** Records the verdict with code `code` on the candidate of a row. `finishTrace` turns rows into positions. */
export function recordVerdict(trace: DecisionTrace, examined: Examination, row: number, code: number): void {
  const counted = trace.counts[code] ?? 0;
  trace.counts[code] = counted + 1;
  const isEligible = code === eligible.code;
  if (!isEligible && trace.size >= tracedCandidates) return;
  const rank = isEligible ? rankOf(trace, examined, row, counted) : trace.size;
  if (rank >= tracedCandidates) return;
  trace.size = Math.min(tracedCandidates, trace.size + 1);
  const last = trace.size - 1;
  if (rank < last) {
    trace.indices.copyWithin(rank + 1, rank, last);
    trace.verdictCodes.copyWithin(rank + 1, rank, last);
    trace.predictedMs.copyWithin(rank + 1, rank, last);
  }
  trace.indices[rank] = row;
  trace.verdictCodes[rank] = code;
  trace.predictedMs[rank] = examined.columns.predictedMs[row] ?? Infinity;
}

/** Counts the rows that were not examined, and replaces recorded rows by indices into the target's candidates. */
export function finishTrace(trace: DecisionTrace, { positions }: TargetColumns, examined: number): void {
  trace.counts[costlier.code] = positions.length - examined;
  for (let rank = 0; rank < trace.size; rank++) trace.indices[rank] = positions[trace.indices[rank] ?? 0] ?? 0;
}

/** Returns the rank of an eligible candidate among the `count` ones so far. */
function rankOf({ size, indices }: DecisionTrace, examined: Examination, row: number, count: number): number {
  let rank = Math.min(count, size);
  while (rank > 0 && isBetter(examined, row, indices[rank - 1] ?? -1)) rank--;
  return rank;
}
