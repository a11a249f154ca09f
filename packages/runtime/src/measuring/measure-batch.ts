// Measures one batch size: warmed, until the median is known well or its time is spent.

import { milliseconds, percentile, type Clock, type Milliseconds, type ProfilePoint } from '@pareto/core';
import type { Executor } from '../executors/executor.js';
import type { MeasureEffort } from './measure-effort.js';
import type { MeasurementSlot } from './measurement-slot.js';
import { runFailure, type TensorInput } from '../executors/run.js';

const firstWarmRuns = 3000;
const warmRuns = 20;
const fewestRuns = 10;
/** Enough for a 99th percentile that one outlier doesn't make. */
const tightAfterRuns = 200;
const tightWithin = 0.02;
/** After others had the slot, a run shorter than this is done once untimed: they took the caches. */
const warmsBelow = 25;

export interface MeasureSite {
  readonly slot: MeasurementSlot;
  readonly effort: MeasureEffort;
  readonly clock: Clock;
}

/**
 * Time counts that the runs themselves take; waiting for a turn doesn't. Throws `failed-precondition` when the model doesn't run, `unavailable` when another
 * ended its process.
 */
export async function measureBatch(
  executor: Executor,
  inputs: readonly TensorInput[],
  batch: number,
  { slot, clock, effort: { warmMs, measureMs } }: MeasureSite,
): Promise<ProfilePoint> {
  const run = (): Promise<number> => slot.run(() => timeRun(executor, inputs, clock));
  await repeat(slot, run, (runs, spent) => runs >= warmRuns || spent > warmMs);
  const times = await repeat(slot, run, (runs, spent, all) => {
    if (spent > measureMs) return runs >= fewestRuns || spent > measureMs * fewestRuns;
    return runs >= tightAfterRuns && runs % 50 === 0 && medianIsTight(all);
  });
  const ascending = times.toSorted((a, b) => a - b);
  const at = (fraction: number): Milliseconds => milliseconds(percentile(ascending, fraction));
  return { batch, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), runs: times.length };
}

/** Before the first size is measured. Throws as `measureBatch` does. */
export async function warmExecutor(
  executor: Executor,
  inputs: readonly TensorInput[],
  { slot, clock, effort: { firstWarmMs } }: MeasureSite,
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
    if (isCold && ms < warmsBelow) ms = await run();
    times.push(ms);
    spent += ms;
  } while (!enough(times.length, spent, times));
  return times;
}

/** The distribution-free 95 % interval of the median, by order statistics, is within 2 % of it. */
function medianIsTight(times: readonly number[]): boolean {
  const ascending = times.toSorted((a, b) => a - b);
  const half = (0.98 * Math.sqrt(times.length)) / times.length;
  return (
    percentile(ascending, 0.5 + half) - percentile(ascending, 0.5 - half) <= tightWithin * percentile(ascending, 0.5)
  );
}

async function timeRun(executor: Executor, inputs: readonly TensorInput[], clock: Clock): Promise<number> {
  const started = clock.now();
  const outcome = await executor.run({ inputs, outputs: [], expectedMs: undefined });
  if (outcome.kind === 'done') return clock.now() - started;
  throw runFailure("the model doesn't run on sample inputs", outcome);
}
