// What is said while no controller answers, and when one does.

import { errorText, type Clock, type Milliseconds } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';

export interface ControllerWait {
  /** Why there is no controller now; undefined: there is one, or none has been tried yet. */
  readonly problem: string | undefined;
  found(address: string): void;
  /** An attempt came to nothing, or the stream of a controller ended. */
  failed(address: string, error: unknown): void;
}

/** A wait that goes on is told of again after so long. */
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
      logger.warn('no controller: waiting for one', { address, error, waitedMs: Math.round(now - since) });
    },
  };
}
