// The states of a service: starting → serving → leaving → draining → stopped | failed. Logs every transition.

import { setMaxListeners } from 'node:events';
import type { Logger } from '@pareto/telemetry';

/** `leaving`: the service still works, but is not ready, so that callers go elsewhere before it drains. */
export type LifecycleState = 'starting' | 'serving' | 'leaving' | 'draining' | 'stopped' | 'failed';

export interface Lifecycle {
  readonly state: LifecycleState;
  /** Signal that aborts when the service begins to leave, or to drain without leaving first. */
  readonly leaving: AbortSignal;
  /** Signal that aborts when draining begins. */
  readonly draining: AbortSignal;
  enter(next: LifecycleState): void;
}

const transitions: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  starting: ['serving', 'draining', 'failed'],
  serving: ['leaving', 'draining'],
  leaving: ['draining'],
  draining: ['stopped', 'failed'],
  stopped: [],
  failed: [],
};

export function createLifecycle(logger: Logger): Lifecycle {
  let state: LifecycleState = 'starting';
  const leaving = new AbortController();
  const draining = new AbortController();
  // Every waiting call listens, and Node warns above ten listeners.
  setMaxListeners(0, draining.signal);
  return {
    get state() {
      return state;
    },
    leaving: leaving.signal,
    draining: draining.signal,
    enter(next) {
      if (!transitions[state].includes(next)) throw new Error(`a service can't change from ${state} to ${next}`);
      // The reason of a failed start is printed separately, as one line.
      const level = state === 'starting' && next === 'failed' ? 'debug' : 'info';
      logger[level]('lifecycle', { from: state, to: next });
      state = next;
      if (next === 'leaving' || next === 'draining') leaving.abort(new Error('the service is leaving'));
      if (next === 'draining') draining.abort(new Error('the service is draining'));
    },
  };
}
