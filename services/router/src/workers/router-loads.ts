// Passes events about the loads of replicas to the policy, and reports what follows from them.

import type { Clock, Milliseconds, ReplicaId } from '@pareto/core';
import type { LoadEffect, LoadEvent, ReplicaLoads } from '@pareto/policy';

export interface RouterLoads {
  /** Applies an event that happened at `now`, by default the time of the clock. */
  apply(event: LoadEvent, now?: Milliseconds): void;
}

export interface RouterLoadsOptions {
  /** State of the policy that decides by the loads. */
  readonly loads: ReplicaLoads;
  readonly clock: Clock;
  /** Called when a replica can be called again. */
  readonly onCallable: () => void;
  /** Called when a replica is not called for a while, because of its failures. */
  readonly onEjected: (replica: ReplicaId) => void;
}

export function createRouterLoads({ loads, clock, onCallable, onEjected }: RouterLoadsOptions): RouterLoads {
  const effects: LoadEffect[] = [];
  return {
    apply(event, now = clock.now()) {
      loads.apply(event, now, effects);
      if (effects.length === 0) return;
      for (const effect of effects.splice(0)) {
        if (effect.kind === 'callable') onCallable();
        else onEjected(effect.replica);
      }
    },
  };
}
