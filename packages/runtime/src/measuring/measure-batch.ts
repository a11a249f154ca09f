// Measures the latency of one batch size, after a warm-up, until the median is precise or the time is spent.

import { milliseconds, percentile, type Clock, type Milliseconds, type ProfilePoint } from '@pareto/core';
import type { Executor } from '../executors/executor.js';
import type { MeasureEffort } from './measure-effort.js';
import type { MeasurementSlot } from './measurement-slot.js';
import { runFailure, type TensorInput } from '../executors/run.js';

const firstWarmRuns = 3000;
const warmRuns = 20;
const minRuns = 10;
/** Minimum number of runs to stop early, so that a single outlier does not determine the 99th percentile. */
const minPreciseRuns = 200;
const maxRelativeInterval = 0.02;
/**
 * A run shorter than this is repeated after another replica held the slot, because that replica evicted the CPU caches.
 */
const rerunBelowMs = 25;

export interface BatchMeasurement {
  readonly slot: MeasurementSlot;
  readonly effort: MeasureEffort;
  readonly clock: Clock;
}

/**
 * Measures the time of the runs, without the wait for a slot. Throws `failed-precondition` if the model fails,
 * `unavailable` if another model ended its process.
 */
export async function measureBatch(
  executor: Executor,
  inputs: readonly TensorInput[],
  batch: number,
  { slot, clock, effort: { warmMs, measureMs } }: BatchMeasurement,
): Promise<ProfilePoint> {
  const run = (): Promise<number> => slot.run(() => timeRun(executor, inputs, clock));
  await repeat(slot, run, (runs, spent) => runs >= warmRuns || spent > warmMs);
  const times = await repeat(slot, run, (runs, spent, all) => {
    if (spent > measureMs) return runs >= minRuns || spent > measureMs * minRuns;
    return runs >= minPreciseRuns && runs % 50 === 0 && isMedianPrecise(all);
  });
  const ascending = times.toSorted((a, b) => a - b);
  const at = (fraction: number): Milliseconds => milliseconds(percentile(ascending, fraction));
  return { batch, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), runs: times.length };
}

/** Warms up an executor before the first batch size is measured. Throws as `measureBatch` does. */
export async function warmExecutor(
  executor: Executor,
  inputs: readonly TensorInput[],
  { slot, clock, effort: { firstWarmMs } }: BatchMeasurement,
): Promise<void> {
  const run = (): Promise<number> => slot.run(() => timeRun(executor, inputs, clock));
  await repeat(slot, run, (runs, spent) => runs >= firstWarmRuns || spent > firstWarmMs);
  slot.release();
}

async function repeat(
  slot: MeasurementSlot,
  run: () => Promise<number>,
  enough: (runs: number, spentMs: number, times: readonly number[]) => boolean,
): Promise<readonly number[]> {
  const times: number[] = [];
  let spent = 0;
  do {
    const isCold = await slot.renew();
    let ms = await run();
    if (isCold && ms < rerunBelowMs) ms = await run();
    times.push(ms);
    spent += ms;
  } while (!enough(times.length, spent, times));
  return times;
}

/**
 * Returns whether the width of the distribution-free 95 % interval of the median, by order statistics, is at most 2 %
 * of the median.
 */
function isMedianPrecise(times: readonly number[]): boolean {
  const ascending = times.toSorted((a, b) => a - b);
  const half = (0.98 * Math.sqrt(times.length)) / times.length;
  return (
    percentile(ascending, 0.5 + half) - percentile(ascending, 0.5 - half) <=
    maxRelativeInterval * percentile(ascending, 0.5)
  );
}

async function timeRun(executor: Executor, inputs: readonly TensorInput[], clock: Clock): Promise<number> {
  const started = clock.now();
  const outcome = await executor.run({ inputs, outputs: [], expectedMs: undefined });
  if (outcome.kind === 'done') return clock.now() - started;
  throw runFailure("the model doesn't run on sample inputs", outcome);
}
