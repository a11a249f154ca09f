// Logs while no controller is reachable, and when one is again.

import { errorText, type Clock, type Milliseconds } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';

export interface ControllerWait {
  /** Reason why no controller is connected. Undefined if one is, or none was tried yet. */
  readonly problem: string | undefined;
  found(address: string): void;
  /** Records a failed attempt, or the end of a controller's stream. */
  failed(address: string, error: unknown): void;
}

/** Interval of the warning during a long wait. */
const repeatMs = 30_000;

export function createControllerWait(clock: Clock, logger: Logger): ControllerWait {
  let since: Milliseconds | undefined;
  let loggedAt = -Infinity;
  let problem: string | undefined;
  return {
    get problem() {
      return problem;
    },
    found(address) {
      const waitedMs = since === undefined ? 0 : Math.round(clock.now() - since);
      logger.info('controller connected', { address, waitedMs });
      since = undefined;
      loggedAt = -Infinity;
      problem = undefined;
    },
    failed(address, error) {
      const now = clock.now();
      since ??= now;
      problem = error === undefined ? `${address} ended the stream` : `${address}: ${errorText(error)}`;
      if (now - loggedAt < repeatMs) return;
      loggedAt = now;
      logger.warn('no controller reachable', { address, error, waitedMs: Math.round(now - since) });
    },
  };
}
