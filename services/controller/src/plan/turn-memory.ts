// What the control loop keeps from one turn to the next, within one term of this leader.

import { milliseconds, type Milliseconds } from '@pareto/core';
import type { Observed, TurnCore } from '@pareto/policy';
import type { ClusterView } from '../cluster/observe.js';
import type { Term } from '../leadership/leadership.js';
import { createCapacityEvents } from './capacity-events.js';
import { createRolloutEvents } from './rollout-events.js';

/** Written by `runTurn` only. */
export interface TurnMemory {
  readonly term: Term;
  /** Registry and fleet of the last plan. Undefined before the first. */
  planned:
    | {
        readonly registry: ClusterView['registry'];
        /** Revision of the fleet. */
        readonly revision: number;
        readonly observed: Observed;
      }
    | undefined;
  readonly core: TurnCore;
  /** Time at which the plan may change although nothing else does. */
  nextAt: Milliseconds;
  /** The dropped actions that were logged last, so that the same ones are logged once. */
  lastDropped: string;
  readonly rolloutEvents: ReturnType<typeof createRolloutEvents>;
  readonly capacityEvents: ReturnType<typeof createCapacityEvents>;
  /** Number of failed turns. It is part of the plan's id, because a write of a failed turn may still become visible. */
  failures: number;
}

export const emptyMemory = (term: Term, core: TurnCore): TurnMemory => ({
  ...{ term, core },
  planned: undefined,
  nextAt: milliseconds(0),
  lastDropped: '[]',
  rolloutEvents: createRolloutEvents(),
  capacityEvents: createCapacityEvents(),
  failures: 0,
});
