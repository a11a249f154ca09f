// Events about a plan's actions. Pure.

import type { PlanAction } from '@pareto/core';
import type { ValidatedPlan } from '@pareto/policy';
import type { ClusterEvent } from '../events/repeats.js';

export function actionEvent(action: PlanAction): ClusterEvent {
  const { kind, reason } = action;
  if (action.kind === 'make')
    return { kind, subject: `${action.architecture}:${action.recipe}`, worker: action.worker, reason };
  const { variant, worker } = action.kind === 'measure' ? action : action.assignment;
  return { kind, subject: variant, worker, reason };
}

export function dropEvent({ action, reason }: ValidatedPlan['dropped'][number]): ClusterEvent {
  const planned = actionEvent(action);
  return { ...planned, kind: 'drop', reason: `dropped ${planned.kind} (${planned.reason}): ${reason}` };
}
