// The record of a decision: counts by verdict and the best candidates, in arrays that are allocated once.

import type { TargetEntry } from '@pareto/core';
import { compareCandidates } from './rank.js';
import { verdictCodes, verdicts, type SelectionQuery, type Verdict } from './verdict.js';

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

/** Records the verdict on the target's candidate with the given index. */
export function recordVerdict(
  trace: DecisionTrace,
  target: TargetEntry,
  query: SelectionQuery,
  index: number,
  verdict: Verdict,
  predictedMs: number,
): void {
  const code = verdictCodes[verdict];
  const rank = verdict === 'eligible' ? rankOf(trace, target, query, index, predictedMs) : trace.size;
  trace.counts[code] = (trace.counts[code] ?? 0) + 1;
  if (rank >= tracedCandidates) return;
  trace.size = Math.min(tracedCandidates, trace.size + 1);
  trace.indices.copyWithin(rank + 1, rank, trace.size - 1);
  trace.verdictCodes.copyWithin(rank + 1, rank, trace.size - 1);
  trace.predictedMs.copyWithin(rank + 1, rank, trace.size - 1);
  trace.indices[rank] = index;
  trace.verdictCodes[rank] = code;
  trace.predictedMs[rank] = predictedMs;
}

/** Returns the rank of an eligible candidate among those recorded so far. */
function rankOf(
  trace: DecisionTrace,
  target: TargetEntry,
  query: SelectionQuery,
  index: number,
  predictedMs: number,
): number {
  const candidate = target.candidates[index];
  let rank = Math.min(trace.counts[0] ?? 0, trace.size);
  while (rank > 0 && candidate !== undefined) {
    const other = target.candidates[trace.indices[rank - 1] ?? -1];
    const otherMs = trace.predictedMs[rank - 1] ?? 0;
    if (other === undefined || compareCandidates(query, candidate, predictedMs, other, otherMs) >= 0) break;
    rank--;
  }
  return rank;
}
