// The last plan's actions, unmet needs and reasons, for display.

import type { Clock, KeptReplica, Milliseconds, Plan, PlanAction, ReplicaId, UnmetNeed } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { EventLog } from '../events/events.js';
import { actionEvent } from './plan-events.js';

export interface LoggedAction {
  readonly action: PlanAction;
  readonly at: Milliseconds;
}

/** An unmet need with the time since when no plan could meet it. */
interface LoggedUnmet extends UnmetNeed {
  readonly since: Milliseconds;
}

export interface PlanLog {
  /** Adds actions, with the plan that they come from, if there is one. */
  add(actions: readonly PlanAction[], plan?: Pick<Plan, 'unmet' | 'deferred' | 'kept'>): void;
  /** Returns the last 50 actions, newest first. */
  recent(): readonly LoggedAction[];
  /** Returns the steps that the last plan deferred. */
  deferred(): Plan['deferred'];
  /** Returns the needs that the last plan could not meet. */
  unmet(): readonly LoggedUnmet[];
  /** Returns why the last plan keeps a replica. Undefined if it does not keep it, or the replica is new. */
  kept(replica: ReplicaId): KeptReplica | undefined;
}

const maxRecent = 50;

export function createPlanLog(clock: Clock, logger: Logger, events: Pick<EventLog, 'add'>): PlanLog {
  let recent: readonly LoggedAction[] = [];
  let deferred: Plan['deferred'] = [];
  let unmet: ReadonlyMap<string, LoggedUnmet> = new Map();
  let kept: ReadonlyMap<ReplicaId, KeptReplica> = new Map();

  const logUnmet = (needs: Plan['unmet'], now: Milliseconds): void => {
    const before = unmet;
    unmet = new Map(needs.map((need) => [keyOf(need), { ...need, since: before.get(keyOf(need))?.since ?? now }]));
    const added = [...unmet].flatMap(([key, need]) => (before.has(key) ? [] : [need]));
    if (added.length > 0) logger.warn('plan leaves needs unmet', { unmet: added });
    for (const { variant, reason } of added) events.add({ kind: 'unmet', subject: variant, reason, warning: true });
  };

  return {
    add(actions, plan) {
      const now = clock.now();
      for (const action of actions) events.add(actionEvent(action));
      recent = [...actions.map((action) => ({ action, at: now })).reverse(), ...recent].slice(0, maxRecent);
      if (plan === undefined) return;
      ({ deferred } = plan);
      kept = new Map(plan.kept.map((one) => [one.replica, one]));
      logUnmet(plan.unmet, now);
    },
    recent: () => recent,
    deferred: () => deferred,
    unmet: () => [...unmet.values()],
    kept: (replica) => kept.get(replica),
  };
}

/** Returns the identity of an unmet need. Its reason may have numbers that change with every plan. */
const keyOf = ({ variant, source, cause, warmTarget }: UnmetNeed): string =>
  [variant, source, cause, warmTarget].join(' ');
