// The last decisions, for Explain: a ring of compact records in arrays that are allocated once.

import type { Clock, Objective, TableVersion, TargetEntry, WorkerId } from '@pareto/core';
import { tracedCandidates, verdicts, type DecisionTrace } from '@pareto/policy';

const outcomes = [
  'pending',
  'chosen',
  'degraded',
  'cold',
  'infeasible',
  'overloaded',
  'unplaceable',
  'batch-too-large',
  'quarantined',
  'hold-limit',
] as const;
export type Outcome = (typeof outcomes)[number];

/** One decision as it is read back. */
export interface DecisionRecord {
  readonly seq: number;
  readonly target: TargetEntry;
  readonly objective: Objective;
  readonly outcome: Outcome;
  readonly tableVersion: TableVersion;
  readonly worker: WorkerId | undefined;
  /** Place of the chosen candidate among the target's; negative when none was. */
  readonly chosen: number;
  readonly ageMs: number;
  readonly trace: DecisionTrace;
}

interface Decided {
  readonly target: TargetEntry;
  readonly objective: Objective;
  readonly tableVersion: TableVersion;
  readonly outcome: Outcome;
  readonly chosen: number;
  readonly trace: DecisionTrace;
}

export interface DecisionLog {
  /** A new decision's number. */
  next(): number;
  /** Writes the decision; a later one under the same number replaces it. */
  record(seq: number, decided: Decided): void;
  sentTo(seq: number, worker: WorkerId): void;
  /** Undefined when it was never made, or has been overwritten since. */
  find(seq: number): DecisionRecord | undefined;
}

export function createDecisionLog(slots: number, clock: Clock): DecisionLog {
  const seqs = new Float64Array(slots);
  const times = new Float64Array(slots);
  const outcomeCodes = new Uint8Array(slots);
  const chosen = new Int16Array(slots);
  const targets = new Array<TargetEntry | undefined>(slots);
  const objectives = new Array<Objective | undefined>(slots);
  const tables = new Array<TableVersion | undefined>(slots);
  const workers = new Array<WorkerId | undefined>(slots);
  const sizes = new Uint8Array(slots);
  const counts = new Uint16Array(slots * verdicts.length);
  const places = new Int16Array(slots * tracedCandidates);
  const verdictCodes = new Uint8Array(slots * tracedCandidates);
  const predictedMs = new Float32Array(slots * tracedCandidates);
  let last = 0;

  function readTrace(slot: number): DecisionTrace {
    const from = slot * tracedCandidates;
    const to = from + tracedCandidates;
    return {
      counts: Uint32Array.from(counts.subarray(slot * verdicts.length, (slot + 1) * verdicts.length)),
      places: places.slice(from, to),
      verdictCodes: verdictCodes.slice(from, to),
      predictedMs: Float64Array.from(predictedMs.subarray(from, to)),
      size: sizes[slot] ?? 0,
    };
  }

  return {
    next: () => ++last,
    record(seq, decided) {
      const slot = seq % slots;
      const { trace } = decided;
      seqs[slot] = seq;
      times[slot] = clock.now();
      outcomeCodes[slot] = outcomes.indexOf(decided.outcome);
      chosen[slot] = decided.chosen;
      targets[slot] = decided.target;
      objectives[slot] = decided.objective;
      tables[slot] = decided.tableVersion;
      workers[slot] = undefined;
      sizes[slot] = trace.size;
      counts.set(trace.counts, slot * verdicts.length);
      places.set(trace.places, slot * tracedCandidates);
      verdictCodes.set(trace.verdictCodes, slot * tracedCandidates);
      predictedMs.set(trace.predictedMs, slot * tracedCandidates);
    },
    sentTo(seq, worker) {
      if (seqs[seq % slots] === seq) workers[seq % slots] = worker;
    },
    find(seq) {
      const slot = seq % slots;
      const target = targets[slot];
      const objective = objectives[slot];
      const tableVersion = tables[slot];
      if (seqs[slot] !== seq || !target || !objective || !tableVersion) return undefined;
      return {
        seq,
        target,
        objective,
        outcome: outcomes[outcomeCodes[slot] ?? 0] ?? 'pending',
        tableVersion,
        worker: workers[slot],
        chosen: chosen[slot] ?? -1,
        ageMs: clock.now() - (times[slot] ?? 0),
        trace: readTrace(slot),
      };
    },
  };
}
