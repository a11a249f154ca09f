// A part of the service that consists of one long-running function.

import type { Runnable } from '@pareto/service';

/** Creates a part that runs `run` from start until stop. An error that `run` throws stops the service. */
export function background(name: string, run: (signal: AbortSignal) => Promise<void>): Runnable {
  const stopping = new AbortController();
  let running = Promise.resolve();
  return {
    name,
    async start(fail) {
      running = run(stopping.signal).catch(fail);
    },
    async stop() {
      stopping.abort(new Error('the service stops'));
      await running;
    },
  };
}
