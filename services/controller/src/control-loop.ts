// The control loop: each turn observes, plans, validates, records and applies. Turns run one after another, each second and
// whenever something asks for one.

import { type Clock, type Milliseconds, type PlanAction, type ReplicaId } from '@pareto/core';
import {
  planPlacement,
  planReplicas,
  validatePlan,
  type PlacementParams,
  type PlacementSnapshot,
  type ScaleParams,
  type ScaleState,
  type ValidatedPlan,
} from '@pareto/policy';
import type { Operation } from '@pareto/state';
import type { ControllerMetrics, Logger, Tracer } from '@pareto/telemetry';
import type { Assigner } from './assigner.js';
import { writeAll, type Leader } from './leadership.js';
import type { Mirror } from './mirror.js';
import { createDoorbell } from './notifier.js';
import { observe, observeDemand, observeOrphans, type Scene } from './observe.js';
import type { PlanLog } from './plan-log.js';
import { assignmentKey, lastPlanKey, putRecord } from './records.js';

export interface ControlLoop {
  /** Asks for a turn now. */
  readonly trigger: () => void;
  /** Turns until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ControlLoopOptions {
  readonly scene: () => Scene;
  readonly mirror: Mirror;
  readonly leader: Leader;
  readonly assigner: Assigner;
  readonly planLog: PlanLog;
  readonly epoch: string;
  readonly placement: PlacementParams;
  readonly scale: ScaleParams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
  readonly tracer: Tracer;
}

const turnMs = 1_000;

/** What one turn leaves for the next. */
interface Memory {
  scale: ScaleState;
  /** When an assignment was first seen, on this controller's clock. */
  readonly assignedAt: Map<ReplicaId, Milliseconds>;
}

export function createControlLoop(options: ControlLoopOptions): ControlLoop {
  const { clock, logger, metrics } = options;
  const bell = createDoorbell(clock);
  const memory: Memory = { scale: new Map(), assignedAt: new Map() };
  return {
    trigger: bell.ring,
    async run(signal) {
      while (!signal.aborted) {
        const startedAt = clock.now();
        await runTurn(options, memory).catch((error: unknown) => logger.warn('turn failed', { error }));
        metrics.turnTime.record((clock.now() - startedAt) / 1000);
        await bell.wait(turnMs, signal);
      }
    },
  };
}

/** One turn. Whatever it leaves undone, the next one finds still undone. */
async function runTurn(options: ControlLoopOptions, memory: Memory): Promise<void> {
  // 1. Only the leader acts, and only on a picture that is complete.
  if (options.leader.since === undefined || !options.mirror.synced) return;
  const startedAt = options.clock.now();

  // 2. Observe.
  const snapshot = observeTurn(options, memory);

  // 3. Plan.
  const plan = planPlacement(snapshot, options.placement);

  // 4. Validate against a fresh look.
  const validated = validatePlan(
    plan,
    observe(options.scene(), (replica) => assignedAt(memory, replica, snapshot.now)),
  );

  // 5. Record the plan in the store, before any effect.
  const actions = [...unloadOrphans(options.scene()), ...validated.actions];
  await recordPlan(options, snapshot.planId, actions);

  // 6. Apply: orders to measure, then to every worker what it is to hold now.
  options.assigner.apply(actions);

  // 7. Report.
  report(options, { actions, dropped: validated.dropped }, plan.unmet);
  if (actions.length > 0) traceTurn(options.tracer, snapshot.planId, startedAt, actions.length);
}

function observeTurn({ scene, mirror, epoch, scale }: ControlLoopOptions, memory: Memory): PlacementSnapshot {
  const now = scene();
  forgetUnassigned(memory, now);
  const observed = observe(now, (replica) => assignedAt(memory, replica, now.now));
  const replicas = planReplicas(memory.scale, observeDemand(now, observed.workers), scale, now.now);
  memory.scale = replicas.state;
  return { ...observed, wanted: replicas.wanted, planId: `${epoch.slice(0, 6)}-${mirror.revision}` };
}

const unloadOrphans = (scene: Scene): readonly PlanAction[] =>
  observeOrphans(scene).map((assignment) => ({ kind: 'unload', assignment, reason: 'the variant was deleted' }));

function assignedAt({ assignedAt: seen }: Memory, replica: ReplicaId, now: Milliseconds): Milliseconds {
  const at = seen.get(replica) ?? now;
  seen.set(replica, at);
  return at;
}

function forgetUnassigned({ assignedAt: seen }: Memory, { registry }: Scene): void {
  const assigned = new Set([...registry.assignments.values()].flat().map(({ replica }) => replica));
  for (const replica of seen.keys()) if (!assigned.has(replica)) seen.delete(replica);
}

async function recordPlan(
  { leader, clock }: ControlLoopOptions,
  id: string,
  actions: readonly PlanAction[],
): Promise<void> {
  const operations = actions.flatMap((action): readonly Operation[] => {
    if (action.kind === 'measure') return [];
    const key = assignmentKey(action.assignment);
    return [action.kind === 'load' ? putRecord(key, action.assignment) : { kind: 'delete', key }];
  });
  if (operations.length === 0) return;
  await writeAll(leader, [...operations, putRecord(lastPlanKey, { id, atWallMs: clock.wallMs(), actions })]);
}

function report(
  { metrics, logger, planLog }: ControlLoopOptions,
  { actions, dropped }: ValidatedPlan,
  unmet: readonly { readonly variant: string; readonly reason: string }[],
): void {
  metrics.planUnmet.set(unmet.length);
  for (const action of actions) {
    metrics.planActions.add(1, { kind: action.kind });
    logger.info('plan action', describeAction(action));
  }
  for (const { action, reason } of dropped)
    logger.warn('plan action dropped', { ...describeAction(action), dropped: reason });
  planLog.add(actions, unmet);
}

/** Turns that do nothing leave no span. */
function traceTurn(tracer: Tracer, plan: string, startedAt: Milliseconds, actions: number): void {
  tracer.startSpan('controller.turn', { startedAt, attributes: { plan, actions } }).end();
}

function describeAction(action: PlanAction): Readonly<Record<string, unknown>> {
  const { kind, reason } = action;
  const { variant, worker, hardwareClass } = action.kind === 'measure' ? action : action.assignment;
  return { kind, variant, worker, hardwareClass, reason };
}
