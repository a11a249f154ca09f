// Keeps the last decisions for Explain, in a ring buffer of preallocated arrays.

import { timingSafeEqual } from 'node:crypto';
import type { Clock, Objective, TableVersion, TargetEntry, WorkerId } from '@pareto/core';
import { tracedCandidates, verdicts, type DecisionTrace } from '@pareto/policy';
import { byDecision } from '@pareto/telemetry';
import { nonceBytes, type DecisionId } from './decision-id.js';

const outcomes: readonly ['pending', ...typeof byDecision.outcome] = ['pending', ...byDecision.outcome];
export type Outcome = (typeof outcomes)[number];

/** A decision as read from the log. */
export interface DecisionRecord {
  readonly target: TargetEntry;
  readonly objective: Objective;
  readonly outcome: Outcome;
  readonly tableVersion: TableVersion;
  readonly worker: WorkerId | undefined;
  /** Index of the chosen candidate in `target.candidates`. Negative if none was chosen. */
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
  /** Allocates the id of a new decision. */
  next(): DecisionId;
  /** Writes the decision, replacing an earlier one with the same id. */
  record(id: DecisionId, decided: Decided): void;
  /** Records the worker to which the query of a decision was sent. */
  sentTo(id: DecisionId, worker: WorkerId): void;
  /** Records that the worker rejected the query of a decision, because it could no longer meet its objective. */
  late(id: DecisionId): void;
  /** Returns undefined if the decision was never made, has been overwritten, or has another nonce. */
  find(id: DecisionId): DecisionRecord | undefined;
  /** Id of the last decision written. Undefined before the first. */
  readonly last: DecisionId | undefined;
}

export interface DecisionLogOptions {
  /** Id of this router. */
  readonly router: string;
  /** Number of decisions that are kept. */
  readonly slots: number;
  readonly nextNonce: () => string;
  readonly clock: Clock;
}

export function createDecisionLog({ router, slots, nextNonce, clock }: DecisionLogOptions): DecisionLog {
  const columns = createColumns(slots);
  let allocated = 0;
  let written: DecisionId | undefined;
  return {
    next: () => ({ router, seq: ++allocated, nonce: nextNonce() }),
    get last() {
      return written;
    },
    record(id, decided) {
      written = id;
      const slot = id.seq % slots;
      columns.seqs[slot] = id.seq;
      columns.nonces.write(id.nonce, slot * nonceBytes, 'hex');
      columns.times[slot] = clock.now();
      columns.outcomes[slot] = outcomes.indexOf(decided.outcome);
      columns.chosen[slot] = decided.chosen;
      columns.targets[slot] = decided.target;
      columns.objectives[slot] = decided.objective;
      columns.tables[slot] = decided.tableVersion;
      columns.workers[slot] = undefined;
      writeTrace(columns, slot, decided.trace);
    },
    sentTo({ seq }, worker) {
      const slot = seq % slots;
      if (columns.seqs[slot] === seq) columns.workers[slot] = worker;
    },
    late({ seq }) {
      const slot = seq % slots;
      if (columns.seqs[slot] === seq) columns.outcomes[slot] = outcomes.indexOf('late');
    },
    find({ seq, nonce }) {
      const slot = seq % slots;
      const target = columns.targets[slot];
      const objective = columns.objectives[slot];
      const tableVersion = columns.tables[slot];
      if (columns.seqs[slot] !== seq || !target || !objective || !tableVersion) return undefined;
      if (!isNonce(columns, slot, nonce)) return undefined;
      return {
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

/** Allocates one element per slot, and one per slot and traced candidate (or verdict) for the traces. */
const createColumns = (slots: number) => ({
  seqs: new Float64Array(slots),
  nonces: Buffer.alloc(slots * nonceBytes),
  times: new Float64Array(slots),
  outcomes: new Uint8Array(slots),
  chosen: new Int32Array(slots),
  targets: new Array<TargetEntry | undefined>(slots),
  objectives: new Array<Objective | undefined>(slots),
  tables: new Array<TableVersion | undefined>(slots),
  workers: new Array<WorkerId | undefined>(slots),
  sizes: new Uint8Array(slots),
  counts: new Uint32Array(slots * verdicts.length),
  indices: new Int32Array(slots * tracedCandidates),
  verdictCodes: new Uint8Array(slots * tracedCandidates),
  predictedMs: new Float32Array(slots * tracedCandidates),
});

/** Compares in constant time, so that a caller cannot find a nonce byte by byte. */
function isNonce({ nonces }: Columns, slot: number, nonce: string): boolean {
  const presented = Buffer.from(nonce, 'hex');
  const expected = nonces.subarray(slot * nonceBytes, (slot + 1) * nonceBytes);
  return presented.length === nonceBytes && timingSafeEqual(presented, expected);
}

function writeTrace(columns: Columns, slot: number, trace: DecisionTrace): void {
  // Loops, because a call of `set` takes longer than the few elements.
  const countsFrom = slot * verdicts.length;
  for (let at = 0; at < verdicts.length; at++) columns.counts[countsFrom + at] = trace.counts[at] ?? 0;
  const from = slot * tracedCandidates;
  columns.sizes[slot] = trace.size;
  for (let at = 0; at < trace.size; at++) {
    columns.indices[from + at] = trace.indices[at] ?? 0;
    columns.verdictCodes[from + at] = trace.verdictCodes[at] ?? 0;
    columns.predictedMs[from + at] = trace.predictedMs[at] ?? 0;
  }
}

function readTrace(columns: Columns, slot: number): DecisionTrace {
  const from = slot * tracedCandidates;
  const to = from + tracedCandidates;
  return {
    counts: columns.counts.slice(slot * verdicts.length, (slot + 1) * verdicts.length),
    indices: columns.indices.slice(from, to),
    verdictCodes: columns.verdictCodes.slice(from, to),
    predictedMs: Float64Array.from(columns.predictedMs.subarray(from, to)),
    size: columns.sizes[slot] ?? 0,
  };
}
