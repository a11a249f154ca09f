// Selects the pending loads that fit one transaction, and computes what they add to the counters. Pure. A load record
// contains the counts that are already in the counters. Both are written together, on the condition that neither
// changed since it was read. So nothing is counted twice, even if the result of an earlier write is unknown.

import type { WorkerId } from '@pareto/core';
import { maxCompares, maxTransactionBytes, type Compare, type Operation } from '@pareto/state';
import { addCounts, countsSince, type VariantCounts } from './counters.js';
import { unchangedSince, type RecordView } from '../storage/record-tables.js';
import { counterKey, loadKey, putRecord, variantKey, type CounterRecord, type LoadRecord } from '../storage/records.js';

/**
 * Unwritten loads of a worker, oldest first and never empty: the latest load, preceded by earlier loads with replicas
 * or incarnations that the later loads do not contain.
 */
export type UnwrittenLoads = readonly LoadRecord[];

interface FlushLimits {
  /** Maximum number of operations. Each has a compare, and the leader's fence is one more compare. */
  readonly operations: number;
  readonly bytes: number;
}

/** Limits of one transaction of the leader. */
export const flushLimits: FlushLimits = { operations: maxCompares - 1, bytes: maxTransactionBytes * 0.9 };

export interface FlushPlan {
  readonly compares: readonly Compare[];
  readonly operations: readonly Operation[];
  /** Workers that have no unwritten load after this write. */
  readonly done: readonly WorkerId[];
}

/**
 * Returns the writes of as many workers as fit, or, if the first worker does not fit alone, of as many of its replicas.
 * There are no operations if nothing has changed.
 */
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

/**
 * Returns the counts that unwritten loads add to the counters: the differences between consecutive loads, from the
 * stored one on.
 */
export function countsOf(before: LoadRecord | undefined, loads: UnwrittenLoads): readonly VariantCounts[] {
  const written = loads.length < 2 ? undefined : JSON.stringify(before);
  const unwritten = loads.slice(1 + loads.findLastIndex((load) => JSON.stringify(load) === written));
  return unwritten.flatMap((load, i) => countsSince(i === 0 ? before : unwritten[i - 1], load));
}

interface FlushBuilder {
  /** Adds a load. Returns false and adds nothing if it does not fit. */
  add(load: LoadRecord, counts: readonly VariantCounts[]): boolean;
  isEmpty(): boolean;
  build(): Pick<FlushPlan, 'compares' | 'operations'>;
}

function createFlushBuilder(records: RecordView, limits: FlushLimits): FlushBuilder {
  const loads: LoadRecord[] = [];
  const totals = new Map<string, CounterRecord>();
  let bytes = 0;

  /** Returns the totals that change. */
  const fold = (counts: readonly VariantCounts[]): ReadonlyMap<string, CounterRecord> => {
    const folded = new Map<string, CounterRecord>();
    for (const { variant, version, ...more } of counts) {
      if (!records.variants.has(variantKey(variant, version))) continue;
      const key = counterKey(variant, version);
      folded.set(key, addCounts(folded.get(key) ?? totals.get(key) ?? records.counters.get(key)?.value, more));
    }
    return folded;
  };

  return {
    add(load, counts) {
      const folded = fold(counts);
      let added = Buffer.byteLength(JSON.stringify(load));
      let newKeys = 0;
      for (const [key, total] of folded) {
        const before = totals.get(key);
        if (before === undefined) newKeys += 1;
        added += sizeOf(total) - (before === undefined ? 0 : sizeOf(before));
      }
      if (loads.length + 1 + totals.size + newKeys > limits.operations || bytes + added > limits.bytes) return false;
      loads.push(load);
      for (const [key, total] of folded) totals.set(key, total);
      bytes += added;
      return true;
    },
    isEmpty: () => loads.length === 0,
    build() {
      return {
        compares: [
          ...loads.map(({ worker }) => unchangedSince(loadKey(worker), records.loads.get(loadKey(worker)))),
          ...Array.from(totals.keys(), (key) => unchangedSince(key, records.counters.get(key))),
        ],
        operations: [
          ...loads.map((load) => putRecord(loadKey(load.worker), load)),
          ...[...totals].map(([key, record]) => putRecord(key, record)),
        ],
      };
    },
  };
}

const sizeOf = ({ counts }: CounterRecord): number => counterBytes + counts.batches.length * batchBytes;

/** Upper estimates of a counter record with its key, and of one batch size in it. */
const counterBytes = 1_024;
const batchBytes = 256;

/** Adds as many changed replicas of one worker as fit. The others stay as stored until the next flush. */
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
