// Which of the loads that wait are written by one transaction, and what they add to the counters. Pure.
//
// A load record says what is counted already. Both are written together, and both compare that nobody wrote them since
// they were read: so nothing counts twice, whatever became of an earlier write that was not answered.

import type { WorkerId } from '@pareto/core';
import { maxCompares, maxTransactionBytes, type Compare, type Operation } from '@pareto/state';
import { addCounts, countsSince, type VariantCounts } from './counters.js';
import { unchangedSince, type RecordView, type Stored } from '../storage/record-tables.js';
import { counterKey, loadKey, putRecord, variantKey, type CounterRecord, type LoadRecord } from '../storage/records.js';

/**
 * What a worker said that is not written yet, in order: its last word, and before that the last words on what it no longer
 * speaks of (replicas that left, an incarnation that ended). Never empty.
 */
export type UnwrittenLoads = readonly LoadRecord[];

interface FlushLimits {
  /** Each has a compare, and the leader's fence is one more. */
  readonly operations: number;
  readonly bytes: number;
}

/** What a store takes at once, with the fence of a leader. */
export const flushLimits: FlushLimits = { operations: maxCompares - 1, bytes: maxTransactionBytes * 0.9 };

export interface FlushPlan {
  readonly compares: readonly Compare[];
  readonly operations: readonly Operation[];
  /** Workers of which nothing is left to write after this. */
  readonly done: readonly WorkerId[];
}

/** As many workers as fit; of one that does not fit alone, as many replicas. Empty operations: nothing has changed. */
export function planFlush(
  unwrittenLoads: Iterable<UnwrittenLoads>,
  records: RecordView,
  limits: FlushLimits,
): FlushPlan {
  const builder = createFlushBuilder(records, limits);
  const done: WorkerId[] = [];
  for (const loads of unwrittenLoads) {
    const load = loads.at(-1);
    if (load === undefined) continue;
    const before = records.loads.get(loadKey(load.worker))?.value;
    const isUnchanged = JSON.stringify(before) === JSON.stringify(load);
    if (isUnchanged || builder.add(load, countsOf(before, loads))) {
      done.push(load.worker);
      continue;
    }
    if (!builder.isEmpty() || addPart(builder, before, loads, limits)) break;
  }
  return { ...builder.build(), done };
}

/** What a saying adds to the counters: the sum over its words that are not written, each against the one before. */
export function countsOf(before: LoadRecord | undefined, loads: UnwrittenLoads): readonly VariantCounts[] {
  const written = loads.length < 2 ? undefined : JSON.stringify(before);
  const unwritten = loads.slice(1 + loads.findLastIndex((load) => JSON.stringify(load) === written));
  return unwritten.flatMap((load, i) => countsSince(i === 0 ? before : unwritten[i - 1], load));
}

interface FlushBuilder {
  /** False, and nothing is added, when it does not fit. */
  add(load: LoadRecord, counts: readonly VariantCounts[]): boolean;
  isEmpty(): boolean;
  build(): Pick<FlushPlan, 'compares' | 'operations'>;
}

function createFlushBuilder(records: RecordView, limits: FlushLimits): FlushBuilder {
  const loads: LoadRecord[] = [];
  let totals: ReadonlyMap<string, CounterRecord> = new Map();
  let bytes = 0;

  const fold = (counts: readonly VariantCounts[]): ReadonlyMap<string, CounterRecord> => {
    const folded = new Map(totals);
    for (const { variant, version, ...more } of counts) {
      if (!records.variants.has(variantKey(variant, version))) continue;
      const key = counterKey(variant, version);
      folded.set(key, addCounts(folded.get(key) ?? records.counters.get(key)?.value, more));
    }
    return folded;
  };

  return {
    add(load, counts) {
      const folded = fold(counts);
      const added = Buffer.byteLength(JSON.stringify(load)) + sizeOf(folded) - sizeOf(totals);
      if (loads.length + 1 + folded.size > limits.operations || bytes + added > limits.bytes) return false;
      loads.push(load);
      totals = folded;
      bytes += added;
      return true;
    },
    isEmpty: () => loads.length === 0,
    build() {
      const keys = [...loads.map(({ worker }) => loadKey(worker)), ...totals.keys()];
      const read: ReadonlyMap<string, Stored<unknown>> = new Map<string, Stored<unknown>>([
        ...records.loads,
        ...records.counters,
      ]);
      return {
        compares: keys.map((key) => unchangedSince(key, read.get(key))),
        operations: [
          ...loads.map((load) => putRecord(loadKey(load.worker), load)),
          ...[...totals].map(([key, record]) => putRecord(key, record)),
        ],
      };
    },
  };
}

const sizeOf = (totals: ReadonlyMap<string, CounterRecord>): number =>
  [...totals.values()].reduce((sum, { counts }) => sum + counterBytes + counts.batches.length * batchBytes, 0);

/** Of a key and a counter record, generously, and of a batch size in it. */
const counterBytes = 1_024;
const batchBytes = 256;

/** The replicas of one worker that changed, as many as fit; the others stay as they are in the store until next time. */
function addPart(
  builder: FlushBuilder,
  before: LoadRecord | undefined,
  [load]: UnwrittenLoads,
  limits: FlushLimits,
): boolean {
  if (load === undefined) return false;
  const same = before?.incarnation === load.incarnation ? before.replicas : [];
  const known = new Map(same.map((report) => [report.replica, report]));
  const changed = load.replicas.filter(
    (report) => JSON.stringify(known.get(report.replica)) !== JSON.stringify(report),
  );
  for (let size = Math.min(changed.length, limits.operations - 1); size > 0; size = Math.floor(size / 2)) {
    const part = new Map([...known, ...changed.slice(0, size).map((report) => [report.replica, report] as const)]);
    const partial = { ...load, replicas: [...part.values()] };
    if (builder.add(partial, countsSince(before, partial))) return true;
  }
  return false;
}
