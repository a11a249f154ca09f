// Reports what a control turn planned, did and dropped: metrics, log, events, `pareto top` and a trace.

import type { KeptReplica, Milliseconds, Plan, PlanAction } from '@pareto/core';
import type { ValidatedPlan } from '@pareto/policy';
import type { ControllerMetrics, Logger, Tracer } from '@pareto/telemetry';
import type { EventLog } from '../events/events.js';
import type { RecordedTurn } from '../history/plan-record.js';
import { dropEvent } from './plan-events.js';
import type { PlanLog } from './plan-log.js';
import type { TurnMemory } from './turn-memory.js';

export interface ReportOptions {
  readonly events: Pick<EventLog, 'add'>;
  readonly planLog: PlanLog;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
}

interface ReportedTurn extends ValidatedPlan {
  readonly plan: Plan;
  /** Input of its record, with its quality. */
  readonly recorded: RecordedTurn;
}

export function reportTurn(
  { metrics, logger, planLog, events }: ReportOptions,
  memory: TurnMemory,
  { actions, dropped, plan, recorded }: ReportedTurn,
): void {
  for (const action of actions) {
    metrics.planActions.add(1, { kind: action.kind });
    logger.info('plan action', describeAction(action));
  }
  const lines = dropped.map(({ action, reason }) => ({ ...describeAction(action), dropped: reason }));
  const text = JSON.stringify(lines);
  if (text !== memory.lastDropped) {
    for (const line of lines) logger.warn('plan action dropped', line);
    for (const drop of dropped) events.add(dropEvent(drop));
  }
  memory.lastDropped = text;
  planLog.add(actions, {
    ...plan,
    turn: recorded,
    kept: [...plan.kept, ...dropped.flatMap(replicaNotUnloaded)],
  });
}

/** Returns the replica that stays because its unload was dropped. Empty for any other action. */
const replicaNotUnloaded = (drop: ValidatedPlan['dropped'][number]): readonly KeptReplica[] =>
  drop.action.kind === 'unload'
    ? [{ replica: drop.action.assignment.replica, source: undefined, reason: dropEvent(drop).reason }]
    : [];

/** Records a span, unless the turn did nothing. */
export function traceTurn(
  tracer: Tracer,
  plan: string,
  startedAt: Milliseconds,
  { actions }: Pick<ValidatedPlan, 'actions'>,
): void {
  if (actions.length === 0) return;
  tracer.startSpan('controller.turn', { startedAt, attributes: { plan, actions: actions.length } }).end();
}

function describeAction(action: PlanAction): Readonly<Record<string, unknown>> {
  if (action.kind === 'make') return { ...action };
  const { kind, reason } = action;
  const { variant, worker, hardwareClass } = action.kind === 'measure' ? action : action.assignment;
  return { kind, variant, worker, hardwareClass, reason };
}
