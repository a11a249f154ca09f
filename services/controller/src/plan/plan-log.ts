// The last plan actions and unmet requirements, for display.

import type { Clock, Milliseconds, Plan, PlanAction } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { EventLog } from '../events/events.js';
import { actionEvent } from './plan-events.js';

export interface LoggedAction {
  readonly action: PlanAction;
  readonly at: Milliseconds;
}

export interface PlanLog {
  add(actions: readonly PlanAction[], unmet: Plan['unmet'], deferred?: Plan['deferred']): void;
  /** Returns the last 50 actions, newest first. */
  recent(): readonly LoggedAction[];
  /** Returns the steps that the last plan deferred. */
  deferred(): Plan['deferred'];
  /** Returns the requirements that the last plan could not meet. */
  unmet(): Plan['unmet'];
}

const maxRecent = 50;

export function createPlanLog(clock: Clock, logger: Logger, events: Pick<EventLog, 'add'>): PlanLog {
  let recent: readonly LoggedAction[] = [];
  let deferred: Plan['deferred'] = [];
  let unmetNow: Plan['unmet'] = [];
  let lastUnmet = '';
  return {
    add(actions, unmet, steps) {
      deferred = steps ?? deferred;
      unmetNow = unmet;
      for (const action of actions) events.add(actionEvent(action));
      const at = clock.now();
      recent = [...actions.map((action) => ({ action, at })).reverse(), ...recent].slice(0, maxRecent);
      const text = JSON.stringify(unmet);
      if (text !== lastUnmet && unmet.length > 0) logger.warn('plan leaves requirements unmet', { unmet });
      if (text !== lastUnmet)
        for (const { variant, reason } of unmet) events.add({ kind: 'unmet', subject: variant, reason, warning: true });
      lastUnmet = text;
    },
    recent: () => recent,
    deferred: () => deferred,
    unmet: () => unmetNow,
  };
}
