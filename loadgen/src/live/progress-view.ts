// Observes a run in progress: its phase, and its counts over the latest moments.

import type { Clock } from '@pareto/core';
import type { LoadPlan } from '../plan/plan-load.js';
import type { ProgressView } from './format-progress.js';
import type { ProgressTally } from './progress-tally.js';

export interface ObservedRun {
  readonly plan: LoadPlan;
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly tally: ProgressTally;
  /** Number of the latest moments that the tally returns. */
  readonly moments: number;
  /** Ends the sending early. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Creates a function that returns the progress since its earlier calls. The run starts now. */
export function createProgressView(run: ObservedRun): () => ProgressView {
  const { plan, warmUpMs, durationMs, tally, moments, signal, clock } = run;
  const startedAt = clock.now();
  let takenMs: readonly number[] = [0];
  return () => {
    const elapsedMs = clock.now() - startedAt;
    const fromMs = takenMs[0] ?? 0;
    takenMs = [...takenMs, elapsedMs].slice(-moments);
    const isWarmUp = elapsedMs < warmUpMs;
    const isOver = signal.aborted || elapsedMs >= warmUpMs + durationMs;
    return {
      phase: isOver ? 'waiting' : isWarmUp ? 'warm-up' : 'sending',
      elapsedMs: isWarmUp ? elapsedMs : elapsedMs - warmUpMs,
      lengthMs: isWarmUp ? warmUpMs : durationMs,
      recentMs: elapsedMs - fromMs,
      intended: plan.loop.kind === 'open' ? countBetween(plan.loop.arrivals, fromMs, elapsedMs) : undefined,
      progress: tally.take(),
    };
  };
}

const countBetween = (times: ArrayLike<number>, fromMs: number, toMs: number): number =>
  countBefore(times, toMs) - countBefore(times, fromMs);

/** Returns the number of ascending times before `ms`. */
function countBefore(times: ArrayLike<number>, ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
