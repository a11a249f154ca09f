// Keeps the loads of all replicas: passes events to the policy, and reports what follows from them.

import type { Clock, ReplicaId } from '@pareto/core';
import type { LoadEffect, LoadEvent, ReplicaLoads } from '@pareto/policy';

export interface RouterLoads {
  /** Loads that decisions read. */
  readonly view: ReplicaLoads;
  apply(event: LoadEvent): void;
}

export interface RouterLoadsOptions {
  /** State of the policy that decides by the loads. */
  readonly view: ReplicaLoads;
  readonly clock: Clock;
  /** Called when a replica can be called again. */
  readonly onCallable: () => void;
  /** Called when a replica is not called for a while, because of its failures. */
  readonly onEjected: (replica: ReplicaId) => void;
}

export function createRouterLoads({ view, clock, onCallable, onEjected }: RouterLoadsOptions): RouterLoads {
  const effects: LoadEffect[] = [];
  return {
    view,
    apply(event) {
      view.step(event, clock.now(), effects);
      if (effects.length === 0) return;
      for (const effect of effects.splice(0)) {
        if (effect.kind === 'callable') onCallable();
        else onEjected(effect.replica);
      }
    },
  };
}
