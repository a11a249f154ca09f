// Queries of the standard scenario: a trace divided among tasks, with a mix of objectives.

import { milliseconds, ParetoError, percentile, type PartialObjective, type Rng } from '@pareto/core';
import { mergeStreams } from '../arrivals/merge-streams.js';
import { replayTrace, type Trace } from '../arrivals/trace.js';
import type { QueryStream } from '../queries/query-stream.js';
import type { TracePart } from '../traces/trace-parts.js';

export interface StandardTask {
  readonly name: string;
  /** p99 latency of the cheapest variant at batch 1. */
  readonly p99Ms: number;
  /** Accuracies of the variants, as fractions of 1: at least one. */
  readonly accuracies: readonly number[];
}

/** Latency objectives, as multiples of a task's `p99Ms`. */
const latencies = [
  { multiple: 3, share: 0.3 },
  { multiple: 6, share: 0.5 },
  { multiple: 15, share: 0.2 },
];

/** Accuracy floors, as percentiles of a task's accuracies. */
const floors = [
  { fraction: undefined, share: 0.4 },
  { fraction: 0.5, share: 0.4 },
  { fraction: 0.9, share: 0.2 },
];

/** Mean rate of all tasks together. */
const standardRate = 400;

/** A trace, and the probability with which a query of it belongs to a task. */
interface Portion {
  readonly trace: Trace;
  readonly share: number;
}

/**
 * Returns nine streams for each task: one for each latency objective and accuracy floor, which are independent of each
 * other. The rate of the part is scaled so that its mean is `ratePerSecond`; that of a window differs as in the trace.
 *
 * Sources of the trace are dealt to the tasks in turn, so that each task has traffic of its own. If there are fewer sources
 * than tasks, each task has a share of all of them by Zipf's law: that of the k-th task is proportional to 1 / k. A query
 * belongs to a stream with the probability of its share, independently of other streams. So all streams together have the
 * shape of the trace.
 */
export function createStandardStreams(
  part: TracePart,
  tasks: readonly StandardTask[],
  ratePerSecond: number = standardRate,
): readonly QueryStream[] {
  if (tasks.length === 0) throw new ParetoError('invalid-argument', 'the scenario has no tasks: expected at least one');
  const rateScale = ratePerSecond / part.ratePerSecond;
  const portions = divide(part.sources, tasks.length);
  return tasks.flatMap((task, index) =>
    mixOf(task).map(({ objective, share }) => ({
      task: task.name,
      objective,
      arrivals: (rng) => replayPortions(portions[index] ?? [], { rateScale, share }, rng),
    })),
  );
}

function divide(sources: readonly Trace[], tasks: number): readonly (readonly Portion[])[] {
  const indexes = Array.from({ length: tasks }, (_, index) => index);
  if (sources.length >= tasks) {
    return indexes.map((task) =>
      sources.filter((_, index) => index % tasks === task).map((trace) => ({ trace, share: 1 })),
    );
  }
  const sum = indexes.reduce((total, index) => total + 1 / (index + 1), 0);
  return indexes.map((index) => sources.map((trace) => ({ trace, share: 1 / (index + 1) / sum })));
}

/** Returns the objectives of a task's queries with their shares. */
function mixOf({ name, p99Ms, accuracies }: StandardTask): readonly { objective: PartialObjective; share: number }[] {
  if (accuracies.length === 0) throw new ParetoError('invalid-argument', `task "${name}" has no accuracies`);
  const ascending = accuracies.toSorted((a, b) => a - b);
  return latencies.flatMap((latency) =>
    floors.map(({ fraction, share }) => ({
      objective: {
        latencyMs: milliseconds(latency.multiple * p99Ms),
        ...(fraction !== undefined && { minAccuracy: percentile(ascending, fraction) }),
      },
      share: latency.share * share,
    })),
  );
}

function replayPortions(
  portions: readonly Portion[],
  { rateScale, share }: { readonly rateScale: number; readonly share: number },
  rng: Rng,
): Iterable<number> {
  const streams = portions.map((portion) =>
    replayTrace({ trace: portion.trace, rateScale, share: portion.share * share }, rng),
  );
  const [only] = streams;
  return only !== undefined && streams.length === 1 ? only : mergeTimes(streams);
}

function* mergeTimes(streams: readonly Iterable<number>[]): Generator<number, void, undefined> {
  for (const { ms } of mergeStreams(streams)) yield ms;
}
