// starting → serving → draining → stopped | failed. Every transition is logged.

import type { Logger } from '@pareto/telemetry';

export type LifecycleState = 'starting' | 'serving' | 'draining' | 'stopped' | 'failed';

export interface Lifecycle {
  readonly state: LifecycleState;
  /** Aborts when draining begins. */
  readonly draining: AbortSignal;
  enter(next: LifecycleState): void;
}

const followers: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  starting: ['serving', 'draining', 'failed'],
  serving: ['draining'],
  draining: ['stopped', 'failed'],
  stopped: [],
  failed: [],
};

export function createLifecycle(logger: Logger): Lifecycle {
  let state: LifecycleState = 'starting';
  const draining = new AbortController();
  return {
    get state() {
      return state;
    },
    draining: draining.signal,
    enter(next) {
      if (!followers[state].includes(next)) throw new Error(`a service can't go from ${state} to ${next}`);
      // Why a start failed is said in one line of its own.
      const level = state === 'starting' && next === 'failed' ? 'debug' : 'info';
      logger[level]('lifecycle', { from: state, to: next });
      state = next;
      if (next === 'draining') draining.abort(new Error('the service is draining'));
    },
  };
}
