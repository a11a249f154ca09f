// Sums and differences of the counts behind the protocol's statistics.

import { milliseconds } from './units.js';
import type { BatchCount, InferCounts, TimedCount } from './fleet.js';

/** Batch sizes of one variant that are counted separately. */
const maxBatchSizes = 64;

/**
 * Returns the batch size to count an execution under: `items`, or the next power of two once `known` has its maximum of
 * sizes.
 */
export const countedSize = (items: number, known: Pick<ReadonlyMap<number, unknown>, 'has' | 'size'>): number =>
  known.has(items) || known.size < maxBatchSizes ? items : 2 ** Math.ceil(Math.log2(items));

/** Returns the sum of both. The age is that of the later inference. */
export const addInferCounts = (a: InferCounts, b: InferCounts): InferCounts => ({
  ...combined(a, b, (one, more) => one + more),
  batches: addBatches(a.batches, b.batches),
  lastInferenceAgeMs: youngest(a.lastInferenceAgeMs, b.lastInferenceAgeMs),
});

/** Returns the counts since `before`, each at least 0. */
export function inferCountsSince(now: InferCounts, before: InferCounts): InferCounts {
  const known = new Map(before.batches.map((batch) => [batch.batchSize, batch]));
  return {
    ...combined(now, before, since),
    batches: now.batches
      .map((batch) => combinedBatch(batch, known.get(batch.batchSize), since))
      .filter(({ executions, computeOutputNs }) => executions > 0 || computeOutputNs > 0),
    lastInferenceAgeMs: now.lastInferenceAgeMs,
  };
}

type Combine = (a: number, b: number) => number;

const since: Combine = (now, before) => Math.max(0, now - before);

function combined(a: InferCounts, b: InferCounts, by: Combine): Omit<InferCounts, 'batches' | 'lastInferenceAgeMs'> {
  const timed = (one: TimedCount, other: TimedCount): TimedCount => ({
    count: by(one.count, other.count),
    ns: by(one.ns, other.ns),
  });
  return {
    success: timed(a.success, b.success),
    fail: timed(a.fail, b.fail),
    queue: timed(a.queue, b.queue),
    computeInput: timed(a.computeInput, b.computeInput),
    computeInfer: timed(a.computeInfer, b.computeInfer),
    computeOutput: timed(a.computeOutput, b.computeOutput),
  };
}

const combinedBatch = (a: BatchCount, b: BatchCount | undefined, by: Combine): BatchCount => ({
  batchSize: a.batchSize,
  executions: by(a.executions, b?.executions ?? 0),
  computeInputNs: by(a.computeInputNs, b?.computeInputNs ?? 0),
  computeInferNs: by(a.computeInferNs, b?.computeInferNs ?? 0),
  computeOutputNs: by(a.computeOutputNs, b?.computeOutputNs ?? 0),
});

function addBatches(all: readonly BatchCount[], more: readonly BatchCount[]): readonly BatchCount[] {
  if (more.length === 0) return all;
  const sums = new Map(all.map((batch) => [batch.batchSize, batch]));
  for (const batch of more) {
    const batchSize = countedSize(batch.batchSize, sums);
    sums.set(
      batchSize,
      combinedBatch({ ...batch, batchSize }, sums.get(batchSize), (one, other) => one + other),
    );
  }
  return [...sums.values()].sort((a, b) => a.batchSize - b.batchSize);
}

function youngest(a: InferCounts['lastInferenceAgeMs'], b: typeof a): typeof a {
  if (a === undefined || b === undefined) return a ?? b;
  return milliseconds(Math.min(a, b));
}
