// Measures the time that several steps take together.

import type { Clock } from '@pareto/core';

export interface Stopwatch {
  /** Time between all calls of `start` and the calls of `stop` that follow. */
  readonly ms: number;
  start(): void;
  stop(): void;
}

export function createStopwatch(clock: Pick<Clock, 'now'>): Stopwatch {
  let ms = 0;
  let startedAt: number | undefined;
  return {
    get ms() {
      return ms;
    },
    start() {
      startedAt ??= clock.now();
    },
    stop() {
      if (startedAt !== undefined) ms += clock.now() - startedAt;
      startedAt = undefined;
    },
  };
}
