// Reports to the controller which workers this router reaches: every second, while the controller uses it.

import { milliseconds, type Clock } from '@pareto/core';

export interface ReachReporter extends Disposable {
  /** Starts the reports, or ends them. */
  use(isUsed: boolean): void;
}

export interface ReachReporterOptions {
  readonly report: () => void;
  readonly clock: Clock;
}

const everyMs = milliseconds(1_000);

export function createReachReporter({ report, clock }: ReachReporterOptions): ReachReporter {
  let timer: Disposable | undefined;
  const tick = (): void => {
    report();
    timer = clock.after(everyMs, tick);
  };
  const end = (): void => {
    timer?.[Symbol.dispose]();
    timer = undefined;
  };
  return {
    use(isUsed) {
      if (!isUsed) end();
      else if (timer === undefined) tick();
    },
    [Symbol.dispose]: end,
  };
}
