// What a controller that stops does first: it writes what workers said last, and lets another lead, who sends them on. Calls
// that are under way may go on for a while, and nobody is to wait for them.

import type { Runnable } from '@pareto/service';

export interface Handover {
  /** Aborts when another is to lead. */
  readonly signal: AbortSignal;
  /** First to stop. */
  readonly part: Runnable;
}

/** `flush` writes the loads that workers reported last. */
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
