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
  'ruled-out',
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
  /** The number of the last one that was written; undefined before the first. */
  readonly last: number | undefined;
}

export function createDecisionLog(slots: number, clock: Clock): DecisionLog {
  const columns = createColumns(slots);
  let given = 0;
  let written: number | undefined;
  return {
    next: () => ++given,
    get last() {
      return written;
    },
    record(seq, decided) {
      written = seq;
      const slot = seq % slots;
      columns.seqs[slot] = seq;
      columns.times[slot] = clock.now();
      columns.outcomes[slot] = outcomes.indexOf(decided.outcome);
      columns.chosen[slot] = decided.chosen;
      columns.targets[slot] = decided.target;
      columns.objectives[slot] = decided.objective;
      columns.tables[slot] = decided.tableVersion;
      columns.workers[slot] = undefined;
      writeTrace(columns, slot, decided.trace);
    },
    sentTo(seq, worker) {
      const slot = seq % slots;
      if (columns.seqs[slot] === seq) columns.workers[slot] = worker;
    },
    find(seq) {
      const slot = seq % slots;
      const target = columns.targets[slot];
      const objective = columns.objectives[slot];
      const tableVersion = columns.tables[slot];
      if (columns.seqs[slot] !== seq || !target || !objective || !tableVersion) return undefined;
      return {
        seq,
        target,
        objective,
        outcome: outcomes[columns.outcomes[slot] ?? 0] ?? 'pending',
        tableVersion,
        worker: columns.workers[slot],
        chosen: columns.chosen[slot] ?? -1,
        ageMs: clock.now() - (columns.times[slot] ?? 0),
        trace: readTrace(columns, slot),
      };
    },
  };
}

type Columns = ReturnType<typeof createColumns>;

/** A place of each for every slot; of those of the trace as many as a trace has. */
const createColumns = (slots: number) => ({
  seqs: new Float64Array(slots),
  times: new Float64Array(slots),
  outcomes: new Uint8Array(slots),
  chosen: new Int16Array(slots),
  targets: new Array<TargetEntry | undefined>(slots),
  objectives: new Array<Objective | undefined>(slots),
  tables: new Array<TableVersion | undefined>(slots),
  workers: new Array<WorkerId | undefined>(slots),
  sizes: new Uint8Array(slots),
  counts: new Uint16Array(slots * verdicts.length),
  places: new Int16Array(slots * tracedCandidates),
  verdictCodes: new Uint8Array(slots * tracedCandidates),
  predictedMs: new Float32Array(slots * tracedCandidates),
});

function writeTrace(columns: Columns, slot: number, trace: DecisionTrace): void {
  const from = slot * tracedCandidates;
  columns.sizes[slot] = trace.size;
  columns.counts.set(trace.counts, slot * verdicts.length);
  columns.places.set(trace.places, from);
  columns.verdictCodes.set(trace.verdictCodes, from);
  columns.predictedMs.set(trace.predictedMs, from);
}

function readTrace(columns: Columns, slot: number): DecisionTrace {
  const from = slot * tracedCandidates;
  const to = from + tracedCandidates;
  return {
    counts: Uint32Array.from(columns.counts.subarray(slot * verdicts.length, (slot + 1) * verdicts.length)),
    places: columns.places.slice(from, to),
    verdictCodes: columns.verdictCodes.slice(from, to),
    predictedMs: Float64Array.from(columns.predictedMs.subarray(from, to)),
    size: columns.sizes[slot] ?? 0,
  };
}
