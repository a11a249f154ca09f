// Reports to the controller every second which workers this router reaches.

import { milliseconds, type Clock } from '@pareto/core';
import type { Runnable } from '@pareto/service';
import type { WorkerProcess } from './watched-worker.js';

export interface ReachReporterOptions {
  readonly reached: () => readonly WorkerProcess[];
  readonly report: (reached: readonly WorkerProcess[]) => void;
  readonly clock: Clock;
}

const everyMs = milliseconds(1_000);

export function createReachReporter({ reached, report, clock }: ReachReporterOptions): Runnable {
  let timer: Disposable | undefined;
  const tick = (): void => {
    report(reached());
    timer = clock.after(everyMs, tick);
  };
  return {
    name: 'worker reach',
    start: async () => tick(),
    stop: async () => timer?.[Symbol.dispose](),
  };
}
