// Estimates the time until all steps of some jobs are finished.

import { originalRecipe } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { countSteps, type StepCounts } from './step-text.js';

const kinds = ['make', 'measure'] as const;
type Kind = (typeof kinds)[number];

/** Number of steps that must have finished before an estimate is made. */
const minFinished = 3;

/**
 * Returns a function that takes the jobs at successive times and returns the remaining time in ms. It multiplies the
 * number of open steps by the mean time of a step of their kind, and divides by the mean number of steps that run at a
 * time. A file that is still to be generated counts with the measurements that will follow, which are not listed yet.
 * Undefined until enough steps have finished.
 */
export function createRemainingTime(): (jobs: readonly wire.Job[], nowMs: number) => number | undefined {
  const busyMs: Record<Kind, number> = { make: 0, measure: 0 };
  const finished: Record<Kind, number> = { make: 0, measure: 0 };
  let activeMs = 0;
  let last: { readonly at: number; readonly counts: Readonly<Record<Kind, StepCounts>> } | undefined;

  const sum = (all: Readonly<Record<Kind, number>>): number => all.make + all.measure;
  const meanMs = (kind: Kind): number =>
    finished[kind] > 0 ? busyMs[kind] / finished[kind] : sum(busyMs) / sum(finished);

  return (jobs, nowMs) => {
    const counts = { make: countSteps(jobs, 'make'), measure: countSteps(jobs, 'measure') };
    if (last !== undefined) {
      const elapsedMs = nowMs - last.at;
      if (kinds.some((kind) => (last?.counts[kind].running ?? 0) > 0)) activeMs += elapsedMs;
      for (const kind of kinds) {
        const before = last.counts[kind];
        busyMs[kind] += before.running * elapsedMs;
        finished[kind] += Math.max(0, counts[kind].finished - before.finished);
      }
    }
    last = { at: nowMs, counts };
    if (sum(finished) < minFinished || sum(busyMs) === 0) return undefined;
    const parallel = sum(busyMs) / activeMs;
    // On average, half of a running step remains.
    const open = (kind: Kind): number => counts[kind].waiting + counts[kind].running / 2;
    const following = (counts.make.waiting + counts.make.running) * measurementsPerFile(jobs, counts.make.finished);
    return (open('make') * meanMs('make') + (open('measure') + following) * meanMs('measure')) / parallel;
  };
}

/** Returns the mean number of measurements that follow a generated or declined file. 1 if there is none yet. */
function measurementsPerFile(jobs: readonly wire.Job[], files: number): number {
  if (files === 0) return 1;
  const steps = jobs.flatMap((job) => job.steps);
  return steps.filter(({ kind, recipe }) => kind === 'measure' && recipe !== originalRecipe).length / files;
}
