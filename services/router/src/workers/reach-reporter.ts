// Reports to the controller every second which workers this router cannot reach.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import type { Runnable } from '@pareto/service';

export interface ReachReporterOptions {
  readonly unreachable: () => readonly WorkerId[];
  readonly report: (unreachable: readonly WorkerId[]) => void;
  readonly clock: Clock;
}

const everyMs = milliseconds(1_000);

export function createReachReporter({ unreachable, report, clock }: ReachReporterOptions): Runnable {
  let timer: Disposable | undefined;
  const tick = (): void => {
    report(unreachable());
    timer = clock.after(everyMs, tick);
  };
  return {
    name: 'worker reach',
    start: async () => tick(),
    stop: async () => timer?.[Symbol.dispose](),
  };
}
