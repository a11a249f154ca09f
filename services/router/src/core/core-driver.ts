// Runs the router core of the policy: applies events to it, and has their effects carried out in order.

import { createSeededRng, type Clock, type Milliseconds, type Objective, type ReplicaId } from '@pareto/core';
import {
  createRouterCore,
  type Decision,
  type DecisionTrace,
  type DemandReport,
  type LimitCount,
  type RouterCore,
  type RouterEffect,
  type RouterEvent,
  type RouterParams,
} from '@pareto/policy';
import type { Recorder, Runnable } from '@pareto/service';
import { createEarliestTimer } from './earliest-timer.js';
import { recordCore } from './record-core.js';

/** A query of the core, which carries out what follows for it. */
export interface CoreQuery {
  /** Records a decision on the query, which took `tookMs`. The trace is valid during the call only. */
  decided(decision: Decision, objective: Objective, trace: DecisionTrace, tookMs: number): void;
  carryOut(effect: QueryEffect): void;
}

export type QueryEffect = Extract<RouterEffect<CoreQuery>, { readonly query: unknown }>;

/** The running core. From its start on, it applies ticks when they are due. */
export interface CoreDriver extends Omit<RouterCore<CoreQuery>, 'apply' | 'dueAt'>, Runnable {
  /** Applies an event that happened at `now`, by default the time of the clock. */
  apply(event: RouterEvent<CoreQuery>, now?: Milliseconds): void;
}

export interface CoreDriverOptions {
  readonly params: RouterParams;
  /** Seed of the random numbers of the core. */
  readonly seed: number;
  /** Records the events. Undefined if they are not recorded. */
  readonly recorder: Recorder | undefined;
  readonly clock: Clock;
  /** Sends the demand to the controller. Returns false if it cannot be sent now. */
  readonly sendDemand: (report: DemandReport) => boolean;
  /** Returns the limits that this router reached in the last minute. */
  readonly limitsReached: () => readonly LimitCount[];
  /** Called when a replica can be called again. */
  readonly onCallable: () => void;
  /** Called when a replica is not called for a while, because of its failures. */
  readonly onEjected: (replica: ReplicaId) => void;
}

export function createCoreDriver(options: CoreDriverOptions): CoreDriver {
  const { params, seed, recorder, clock, sendDemand, limitsReached, onCallable, onEjected } = options;
  const effects: RouterEffect<CoreQuery>[] = [];
  const timer = createEarliestTimer(clock, tick);
  let isRunning = false;
  let isCarryingOut = false;
  let decidedAt = clock.now();
  const unrecorded = createRouterCore<CoreQuery>(
    params,
    createSeededRng(seed),
    ({ handle }, decision, objective, trace) => {
      const before = decidedAt;
      decidedAt = clock.now();
      handle.decided(decision, objective, trace, decidedAt - before);
    },
  );
  const core = recorder === undefined ? unrecorded : recordCore(unrecorded, recorder, seed, params);

  function carryOut(effect: RouterEffect<CoreQuery>): void {
    if ('query' in effect) effect.query.handle.carryOut(effect);
    else if (effect.kind === 'report') apply({ kind: 'report-sent', isSent: sendDemand(effect.report) });
    else if (effect.kind === 'callable') onCallable();
    else onEjected(effect.replica);
  }
  function apply(event: RouterEvent<CoreQuery>, now: Milliseconds = clock.now()): void {
    decidedAt = now;
    core.apply(event, now, effects);
    // The effects of an event that follows from an effect are appended, and carried out by the outer call in order.
    if (isCarryingOut) return;
    isCarryingOut = true;
    const errors: unknown[] = [];
    for (const effect of effects) {
      try {
        carryOut(effect);
      } catch (error) {
        // The other effects may be those of other queries, which would never be answered.
        errors.push(error);
      }
    }
    effects.length = 0;
    isCarryingOut = false;
    if (isRunning) timer.request(core.dueAt);
    if (errors.length > 0) throw errors[0];
  }
  function tick(): void {
    apply({ kind: 'tick', limitsReached: limitsReached() });
  }
  return {
    name: 'router core',
    loads: core.loads,
    get held() {
      return core.held;
    },
    get replicas() {
      return core.replicas;
    },
    apply,
    async start() {
      isRunning = true;
      tick();
    },
    async stop() {
      isRunning = false;
      timer.cancel();
    },
  };
}
