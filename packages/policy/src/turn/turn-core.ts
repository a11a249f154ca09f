// The core of the leader's control loop: the state of its turns, and what each of them decides.

import type { Assignment, Milliseconds, PlanAction, ReplicaId } from '@pareto/core';
import type { DemandInput } from '../place/needs/demand/follow-demand.js';
import {
  endTurn,
  firstTurn,
  observeTurn,
  planTurn,
  seeAssigned,
  skipTurn,
  type Observed,
  type PlannedTurn,
  type TurnParams,
  type TurnState,
} from './turn.js';

/** The facts that a turn plans from, apart from the snapshot and the demand. */
export interface TurnFacts {
  /** Assignments of deleted variants. */
  readonly orphans: readonly Assignment[];
  /** Unique to the turn, and a valid part of a replica id. */
  readonly planId: string;
  /** Time for which the controller has led. */
  readonly leadingMs: Milliseconds;
}

export interface TurnCore {
  readonly state: TurnState;
  /** Follows the demand if nothing else changed. Returns false if planning would see a difference: a turn must follow. */
  skip(input: DemandInput, observed: Observed): boolean;
  /** Notes the assignments in force, before the snapshot is taken. */
  see(replicas: readonly ReplicaId[], now: Milliseconds): void;
  /** Follows what the snapshot and the demand show. */
  observe(observed: Observed, input: DemandInput, orphans: TurnFacts['orphans']): void;
  /** Plans from what was observed. */
  plan(observed: Observed, planId: string, leadingMs: Milliseconds): PlannedTurn;
  /** Counts the actions, once they are recorded. */
  end(actions: readonly PlanAction[], now: Milliseconds): void;
}

/** Creates the core of a term that begins. */
export function createTurnCore(params: TurnParams): TurnCore {
  let state = firstTurn;
  return {
    get state() {
      return state;
    },
    skip(input, observed) {
      const skipped = skipTurn(state, input, observed, params);
      state = skipped ?? state;
      return skipped !== undefined;
    },
    see(replicas, now) {
      state = seeAssigned(state, replicas, now);
    },
    observe(observed, input, orphans) {
      state = observeTurn(state, observed, input, orphans, params);
    },
    plan: (observed, planId, leadingMs) => planTurn(state, observed, planId, leadingMs, params),
    end(actions, now) {
      state = endTurn(state, actions, now, params);
    },
  };
}
