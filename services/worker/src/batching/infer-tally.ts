// Accumulates the protocol's inference statistics of one replica.

import {
  countedSize,
  milliseconds,
  type BatchCount,
  type Clock,
  type InferCounts,
  type Milliseconds,
  type TimedPhase,
} from '@pareto/core';

interface ComputeTimes {
  readonly inputMs: number;
  readonly inferMs: number;
  readonly outputMs: number;
}

export interface InferTally {
  readonly now: InferCounts;
  add(what: TimedPhase, count: number, ms: number): void;
  /** Adds an execution of a batch. A `count` of 0 only adds time to an execution that is already counted. */
  execution(items: number, times: ComputeTimes, count?: number): void;
}

/** Creates a tally that sums in milliseconds and returns whole nanoseconds. */
export function createInferTally(clock: Clock): InferTally {
  const timed = {
    success: { count: 0, ms: 0 },
    fail: { count: 0, ms: 0 },
    queue: { count: 0, ms: 0 },
    computeInput: { count: 0, ms: 0 },
    computeInfer: { count: 0, ms: 0 },
    computeOutput: { count: 0, ms: 0 },
  };
  const sizes = new Map<number, { executions: number; inputMs: number; inferMs: number; outputMs: number }>();
  let lastAt: Milliseconds | undefined;
  const countOf = (what: TimedPhase): InferCounts[TimedPhase] => ({
    count: timed[what].count,
    ns: nsOf(timed[what].ms),
  });
  return {
    get now() {
      return {
        success: countOf('success'),
        fail: countOf('fail'),
        queue: countOf('queue'),
        computeInput: countOf('computeInput'),
        computeInfer: countOf('computeInfer'),
        computeOutput: countOf('computeOutput'),
        batches: Array.from(sizes, ([batchSize, { executions, inputMs, inferMs, outputMs }]): BatchCount => ({
          batchSize,
          executions,
          computeInputNs: nsOf(inputMs),
          computeInferNs: nsOf(inferMs),
          computeOutputNs: nsOf(outputMs),
        })).sort((a, b) => a.batchSize - b.batchSize),
        lastInferenceAgeMs: lastAt && milliseconds(clock.now() - lastAt),
      };
    },
    add(what, count, ms) {
      timed[what].count += count;
      timed[what].ms += Math.max(0, ms);
    },
    execution(items, { inputMs, inferMs, outputMs }, count = 1) {
      const size = countedSize(items, sizes);
      const sums = sizes.get(size) ?? { executions: 0, inputMs: 0, inferMs: 0, outputMs: 0 };
      sizes.set(size, sums);
      sums.executions += count;
      sums.inputMs += inputMs;
      sums.inferMs += inferMs;
      sums.outputMs += outputMs;
      if (count > 0) lastAt = clock.now();
    },
  };
}

const nsOf = (ms: number): number => Math.round(ms * 1e6);
