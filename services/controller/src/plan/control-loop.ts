// The control loop: each turn observes, plans, validates, records and applies. Turns run one after another, each second and
// whenever something asks for one.

import { milliseconds, type Clock, type Milliseconds, type Plan, type PlanAction, type ReplicaId } from '@pareto/core';
import {
  coldVariants,
  holdRemovals,
  planPlacement,
  planReplicas,
  validatePlan,
  type PlacementParams,
  type PlacementSnapshot,
  type ScaleParams,
  type ScaleState,
  type ValidatedPlan,
} from '@pareto/policy';
import type { ControllerMetrics, Tracer } from '@pareto/telemetry';
import { adoptRunning, planPrefix, type AdoptOptions } from './adopt.js';
import type { Assigner } from '../fleet/worker-line.js';
import { endRules } from '../rules/end-rules.js';
import type { EventLog } from '../events/events.js';
import type { Term } from '../leadership/leadership.js';
import type { Mirror } from '../storage/mirror.js';
import { createDoorbell } from '../loops/notifier.js';
import { dropEvent } from './plan-events.js';
import { observe, observeDemand, observeOrphans, type Scene } from '../cluster/observe.js';
import type { OutcomeRecords } from '../registry/outcome-records.js';
import { recordPlan } from './record-plan.js';
import { createSuccession } from './succession.js';

export interface ControlLoop {
  /** Asks for a turn now. */
  readonly trigger: () => void;
  /** Turns until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ControlLoopOptions extends AdoptOptions {
  readonly mirror: Mirror;
  readonly assigner: Assigner;
  readonly outcomes: Pick<OutcomeRecords, 'addVariants'>;
  readonly events: Pick<EventLog, 'add'>;
  readonly placement: PlacementParams;
  readonly scale: ScaleParams;
  readonly clock: Clock;
  readonly metrics: ControllerMetrics;
  readonly tracer: Tracer;
}

const turnMs = 1_000;
/** Turns that are asked for one upon another are taken together. */
const pauseMs = milliseconds(50);
/** Routers hear of a deletion first: nobody is sent to a replica that is on its way out. */
const orphanMs = 1_000;

/** What one turn leaves for the next, within one term. */
interface Memory {
  readonly term: Term;
  scale: ScaleState;
  /** When an assignment was first seen, on this controller's clock; the same of those whose variant was deleted. */
  readonly assignedAt: Map<ReplicaId, Milliseconds>;
  readonly orphanedAt: Map<ReplicaId, Milliseconds>;
  lastDropped: string;
  readonly succession: ReturnType<typeof createSuccession>;
  /** Turns that failed. What one of them has written may show later: no other plan has its name. */
  failures: number;
}

export function createControlLoop(options: ControlLoopOptions): ControlLoop {
  const { clock, leader, mirror, logger, metrics } = options;
  const bell = createDoorbell(clock);
  let memory: Memory | undefined;
  const failed = (during: Memory) => (error: unknown) => {
    during.failures += 1;
    logger.warn('turn failed', { error });
  };
  const turn = async (): Promise<void> => {
    // Only the leader acts, and only on a picture that is complete.
    if (leader.term === undefined || !mirror.synced) return;
    if (memory?.term !== leader.term) memory = emptyMemory(leader.term);
    const startedAt = clock.now();
    await runTurn(options, memory).catch(failed(memory));
    metrics.turnTime.record((clock.now() - startedAt) / 1000);
  };
  return {
    trigger: bell.ring,
    async run(signal) {
      while (!signal.aborted) {
        await turn();
        await clock.sleep(pauseMs, signal).catch(() => undefined);
        await bell.wait(turnMs, signal);
      }
    },
  };
}

/** One turn. Whatever it leaves undone, the next one finds still undone. */
async function runTurn(options: ControlLoopOptions, memory: Memory): Promise<void> {
  const startedAt = options.clock.now();

  // 1. After a restore, first take over what runs.
  if (!(await adoptRunning(options))) return;

  // 2. What the registry lacks since it was last looked at: rules that are over, variants for a provider that is new here.
  await endRules(options, options.scene());
  await options.outcomes.addVariants(options.scene());

  // 3. Observe.
  const snapshot = observeTurn(options, memory);

  // 4. Plan.
  const plan = planPlacement(snapshot, options.placement);

  // 5. Validate against a fresh look; a new leader removes nothing.
  const fresh = options.scene();
  const validated = validatePlan(
    plan,
    observe(fresh, (replica) => firstSeen(memory.assignedAt, replica, snapshot.now)),
  );
  const held = holdRemovals(
    [...unloadOrphans(memory, fresh), ...validated.actions],
    milliseconds(fresh.now - memory.term.since),
    { firstRemovalMs: milliseconds(options.firstJoinMs) },
  );
  const { actions } = held;

  // 6. Record the plan in the store, before any effect.
  await recordPlan(options.leader, options.clock, snapshot.planId, actions);
  rememberLoads(memory, actions, snapshot.now);

  // 7. Apply: orders to make and to measure, then to every worker what it is to hold now.
  options.assigner.apply(actions);

  // 8. Report.
  report(options, memory, { actions, dropped: [...validated.dropped, ...held.dropped] }, plan);
  for (const event of memory.succession(fresh)) options.events.add(event);
  if (actions.length > 0) traceTurn(options.tracer, snapshot.planId, startedAt, actions.length);
}

const emptyMemory = (term: Term): Memory => ({
  term,
  scale: new Map(),
  assignedAt: new Map(),
  orphanedAt: new Map(),
  lastDropped: '[]',
  succession: createSuccession(),
  failures: 0,
});

function observeTurn({ scene, mirror, epoch, scale }: ControlLoopOptions, memory: Memory): PlacementSnapshot {
  const now = scene();
  forgetUnassigned(memory, now);
  const observed = observe(now, (replica) => firstSeen(memory.assignedAt, replica, now.now));
  const cold = coldVariants(observed.wishes, observed.variants);
  const replicas = planReplicas(memory.scale, observeDemand(now, observed.workers), scale, now.now, cold);
  memory.scale = replicas.state;
  const planId = `${planPrefix(epoch())}${mirror.revision}.${memory.failures}`;
  return { ...observed, wanted: replicas.wanted, planId };
}

function unloadOrphans({ orphanedAt }: Memory, scene: Scene): readonly PlanAction[] {
  const orphans = observeOrphans(scene);
  const due = orphans.filter(({ replica }) => scene.now - firstSeen(orphanedAt, replica, scene.now) >= orphanMs);
  return due.map((assignment) => ({ kind: 'unload', assignment, reason: 'the variant was deleted' }));
}

function firstSeen(seen: Map<ReplicaId, Milliseconds>, replica: ReplicaId, now: Milliseconds): Milliseconds {
  const at = seen.get(replica) ?? now;
  seen.set(replica, at);
  return at;
}

/** They are assigned from now on, however late the next turn comes. */
function rememberLoads({ assignedAt }: Memory, actions: readonly PlanAction[], now: Milliseconds): void {
  for (const action of actions) if (action.kind === 'load') firstSeen(assignedAt, action.assignment.replica, now);
}

function forgetUnassigned({ assignedAt, orphanedAt }: Memory, { registry }: Scene): void {
  const assigned = new Set([...registry.assignments.values()].flat().map(({ replica }) => replica));
  for (const seen of [assignedAt, orphanedAt])
    for (const replica of seen.keys()) if (!assigned.has(replica)) seen.delete(replica);
}

function report(
  { metrics, logger, planLog, events }: ControlLoopOptions,
  memory: Memory,
  { actions, dropped }: ValidatedPlan,
  { unmet, waiting }: Plan,
): void {
  metrics.planUnmet.set(unmet.length);
  for (const action of actions) {
    metrics.planActions.add(1, { kind: action.kind });
    logger.info('plan action', describeAction(action));
  }
  const told = dropped.map(({ action, reason }) => ({ ...describeAction(action), dropped: reason }));
  const text = JSON.stringify(told);
  if (text !== memory.lastDropped) for (const one of told) logger.warn('plan action dropped', one);
  if (text !== memory.lastDropped) for (const one of dropped) events.add(dropEvent(one));
  memory.lastDropped = text;
  planLog.add(actions, unmet, waiting);
}

/** Turns that do nothing leave no span. */
function traceTurn(tracer: Tracer, plan: string, startedAt: Milliseconds, actions: number): void {
  tracer.startSpan('controller.turn', { startedAt, attributes: { plan, actions } }).end();
}

function describeAction(action: PlanAction): Readonly<Record<string, unknown>> {
  if (action.kind === 'make') return { ...action };
  const { kind, reason } = action;
  const { variant, worker, hardwareClass } = action.kind === 'measure' ? action : action.assignment;
  return { kind, variant, worker, hardwareClass, reason };
}
