// The first step of a controller that stops: it writes the last reported loads and resigns, so that another controller
// leads immediately. Calls in flight may take longer, and the new leader does not wait for them.

import type { Runnable } from '@pareto/service';

export interface Handover {
  /** Aborts when this controller has to resign. */
  readonly signal: AbortSignal;
  /** The part of the service that must stop before all others. */
  readonly part: Runnable;
}

/** Creates the handover; `flush` writes the loads that workers reported last. */
export function createHandover(flush: () => Promise<void>): Handover {
  const leaving = new AbortController();
  return {
    signal: leaving.signal,
    part: {
      name: 'handover',
      start: async () => {},
      async stop() {
        await flush();
        leaving.abort(new Error('the controller stops'));
      },
    },
  };
}
