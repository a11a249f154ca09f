// The control loop: each turn observes, plans, validates, records and applies. Turns run one at a time, every second
// and when triggered.

import { milliseconds, type Clock } from '@pareto/core';
import {
  coldVariants,
  defaultOrphanParams,
  dropEarlyUnloads,
  planOrphanUnloads,
  planPlacement,
  planReplicas,
  validatePlan,
  type PlacementParams,
  type ScaleParams,
} from '@pareto/policy';
import type { Tracer } from '@pareto/telemetry';
import { observe, observeDemand } from '../cluster/observe.js';
import type { Assigner } from '../fleet/worker-stream-writer.js';
import { createWakeSignal } from '../loops/notifier.js';
import type { OutcomeRecords } from '../registry/outcome-records.js';
import { expireRules } from '../rules/expire-rules.js';
import type { Mirror } from '../storage/mirror.js';
import { adoptRunning, planPrefix, type AdoptOptions } from './adopt.js';
import { recordPlan } from './record-plan.js';
import { reportTurn, traceTurn, type ReportOptions } from './report-turn.js';
import { emptyMemory, observeAssigned, observeOrphaned, withLoads, type TurnMemory } from './turn-memory.js';

export interface ControlLoop {
  /** Requests a turn now. */
  readonly trigger: () => void;
  /** Runs turns until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ControlLoopOptions extends AdoptOptions, ReportOptions {
  readonly mirror: Mirror;
  readonly assigner: Assigner;
  readonly outcomes: Pick<OutcomeRecords, 'addVariants'>;
  readonly placement: PlacementParams;
  readonly scale: ScaleParams;
  readonly clock: Clock;
  readonly tracer: Tracer;
}

const turnMs = 1_000;
/** Pause after a turn. Triggers during the pause share one turn. */
const pauseMs = milliseconds(50);

export function createControlLoop(options: ControlLoopOptions): ControlLoop {
  const { clock, leader, mirror, logger, metrics } = options;
  const wakeSignal = createWakeSignal(clock);
  let memory: TurnMemory | undefined;
  const failed = (during: TurnMemory) => (error: unknown) => {
    during.failures += 1;
    logger.warn('turn failed', { error });
  };
  const turn = async (): Promise<void> => {
    // Only the leader acts, and only on a complete view.
    if (leader.term === undefined || !mirror.synced) return;
    if (memory?.term !== leader.term) memory = emptyMemory(leader.term);
    const startedAt = clock.now();
    await runTurn(options, memory).catch(failed(memory));
    metrics.turnTime.record((clock.now() - startedAt) / 1000);
  };
  return {
    trigger: wakeSignal.wake,
    async run(signal) {
      while (!signal.aborted) {
        await turn();
        await clock.sleep(pauseMs, signal).catch(() => undefined);
        await wakeSignal.wait(turnMs, signal);
      }
    },
  };
}

/**
 * Runs one turn. A turn that fails or stops early needs no clean-up: the next turn plans from the current state.
 * `docs/architecture.md` names the same steps.
 */
async function runTurn(options: ControlLoopOptions, memory: TurnMemory): Promise<void> {
  const { clusterView, scale, placement, events, tracer } = options;
  const startedAt = options.clock.now();

  // 1. Adopt: after a restore, first take the running replicas into the plan.
  if (!(await adoptRunning(options))) return;

  // 2. Complete the registry: remove expired rules, and add variants for execution providers that are new in the fleet.
  await expireRules(options, clusterView());
  await options.outcomes.addVariants(clusterView());

  // 3. Observe.
  const view = clusterView();
  memory.assignedAt = observeAssigned(memory.assignedAt, view);
  const observed = observe(view, memory.assignedAt);
  const demand = observeDemand(view, observed.workers);

  // 4. Plan the replica counts.
  const cold = coldVariants(observed.warmthRules, observed.variants);
  const replicas = planReplicas(memory.scale, demand, scale, view.now, cold);
  memory.scale = replicas.state;

  // 5. Plan the placement.
  const planId = `${planPrefix(options.epoch())}${options.mirror.revision}.${memory.failures}`;
  const plan = planPlacement({ ...observed, wanted: replicas.wanted, planId }, placement);

  // 6. Validate against a fresh view, and add the unloads of deleted variants. A new leader unloads nothing.
  const fresh = clusterView();
  memory.orphans = observeOrphaned(memory.orphans, fresh);
  const unloads = planOrphanUnloads(memory.orphans, fresh.now, defaultOrphanParams);
  const validated = validatePlan(plan, observe(fresh, memory.assignedAt));
  const filtered = dropEarlyUnloads([...unloads, ...validated.actions], milliseconds(fresh.now - memory.term.since), {
    firstUnloadMs: milliseconds(options.firstJoinMs),
  });
  const { actions } = filtered;

  // 7. Record the plan in the store, before any effect.
  await recordPlan(options.leader, options.clock, planId, actions);
  memory.assignedAt = withLoads(memory.assignedAt, actions, view.now);

  // 8. Apply: steps and assignments are sent to the workers.
  options.assigner.apply(actions);

  // 9. Report, and trace the turn.
  reportTurn(options, memory, { actions, dropped: [...validated.dropped, ...filtered.dropped] }, plan);
  for (const event of memory.rolloutEvents(fresh)) events.add(event);
  traceTurn(tracer, planId, startedAt, { actions });
}
