// Sums the counts of variants into the protocol's ModelStatistics.

import type { Clock, Milliseconds, TargetEntry, TimedPhase } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { versionOf } from '../resolve/resolve.js';

/** Statistics of a variant, with the time of their receipt. */
export interface ReceivedStatistics extends wire.VariantStatistics {
  readonly fetchedAt: Milliseconds;
}

type Counts = NonNullable<wire.VariantStatistics['counts']>;

const nothing = { count: 0, ns: 0 };

/** Counts are 0 if nothing was counted yet. Cache counts are always 0: there is no response cache. */
export function sumStatistics(
  entry: TargetEntry,
  rows: readonly ReceivedStatistics[],
  clock: Clock,
): wire.ModelStatisticsInput {
  const counts = rows.flatMap((row) => row.counts ?? []);
  const timed = (phase: TimedPhase): { count: number; ns: number } =>
    counts.reduce((sum, { [phase]: own }) => add(sum, own ?? nothing), nothing);
  return {
    name: entry.name,
    version: String(versionOf(entry)),
    lastInference: lastInference(rows, clock),
    inferenceCount: total(rows, ({ items }) => items),
    executionCount: total(rows, ({ executions }) => executions),
    inferenceStats: {
      success: timed('success'),
      fail: timed('fail'),
      queue: timed('queue'),
      computeInput: timed('computeInput'),
      computeInfer: timed('computeInfer'),
      computeOutput: timed('computeOutput'),
      cacheHit: nothing,
      cacheMiss: nothing,
    },
    batchStats: batchStats(counts),
  };
}

const add = (
  a: { readonly count: number; readonly ns: number },
  b: { readonly count: number; readonly ns: number },
): { count: number; ns: number } => ({ count: a.count + b.count, ns: a.ns + b.ns });

const total = <T>(all: readonly T[], countOf: (row: T) => number): number =>
  all.reduce((sum, row) => sum + countOf(row), 0);

/** Returns the time of the last inference by this router's clock, in ms since the epoch. 0 if there was none. */
function lastInference(rows: readonly ReceivedStatistics[], clock: Clock): number {
  const ages = rows.flatMap(({ counts, fetchedAt }) => {
    const age = counts?.lastInferenceAgeMs;
    return age === undefined ? [] : [age + clock.now() - fetchedAt];
  });
  return ages.length === 0 ? 0 : Math.round(clock.wallMs() - Math.min(...ages));
}

/** Sorts by ascending batch size. */
function batchStats(counts: readonly Counts[]): wire.InferBatchStatisticsInput[] {
  const sizes = new Map<number, { executions: number; input: number; infer: number; output: number }>();
  for (const batch of counts.flatMap(({ batches }) => batches)) {
    const sums = sizes.get(batch.batchSize) ?? { executions: 0, input: 0, infer: 0, output: 0 };
    sizes.set(batch.batchSize, sums);
    sums.executions += batch.executions;
    sums.input += batch.computeInputNs;
    sums.infer += batch.computeInferNs;
    sums.output += batch.computeOutputNs;
  }
  return [...sizes]
    .sort(([a], [b]) => a - b)
    .map(([batchSize, { executions: count, input, infer, output }]) => ({
      batchSize,
      computeInput: { count, ns: input },
      computeInfer: { count, ns: infer },
      computeOutput: { count, ns: output },
    }));
}
