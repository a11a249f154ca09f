// Reports to the controller which workers this router reaches: every second, unless the controller says that it does not use it.

import { milliseconds, type Clock } from '@pareto/core';

export interface ReachReporter extends Disposable {
  /** Called for each heartbeat: starts the reports, or ends them until no heartbeat arrives for a while. */
  use(isUsed: boolean): void;
}

export interface ReachReporterOptions {
  readonly report: () => void;
  readonly clock: Clock;
}

const everyMs = milliseconds(1_000);
/** Time without a heartbeat, which is sent every second, after which reports are used again. */
const silentMs = milliseconds(1_250);

export function createReachReporter({ report, clock }: ReachReporterOptions): ReachReporter {
  let timer: Disposable | undefined;
  let isReporting = false;
  const end = (): void => {
    timer?.[Symbol.dispose]();
    isReporting = false;
  };
  const tick = (): void => {
    isReporting = true;
    report();
    timer = clock.after(everyMs, tick);
  };
  return {
    use(isUsed) {
      if (isUsed && isReporting) return;
      end();
      if (isUsed) tick();
      else timer = clock.after(silentMs, tick);
    },
    [Symbol.dispose]: end,
  };
}
