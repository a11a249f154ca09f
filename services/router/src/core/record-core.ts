// Records the events of a router core and their effects.

import { createLogWriter, type RouterCore, type RouterLogHeader, type RouterParams } from '@pareto/policy';
import type { Recorder } from '@pareto/service';

/** Returns the core itself, after it records. `seed` is that of its random numbers. */
export function recordCore<H>(
  core: RouterCore<H>,
  recorder: Recorder,
  seed: number,
  params: RouterParams,
): RouterCore<H> {
  const header: RouterLogHeader = { log: 'router', version: 2, seed, params };
  recorder.record(header);
  const writer = createLogWriter<H>();
  return {
    loads: core.loads,
    get held() {
      return core.held;
    },
    get dueAt() {
      return core.dueAt;
    },
    get replicas() {
      return core.replicas;
    },
    apply(event, now, effects) {
      const from = effects.length;
      core.apply(event, now, effects);
      if (recorder.isRecording) recorder.record(writer.lineOf(event, now, effects, from));
    },
  };
}
