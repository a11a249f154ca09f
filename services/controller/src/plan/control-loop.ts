// The control loop: each turn observes, plans, validates, records and applies. Turns run one at a time, every second
// and when triggered, and rest in between as `planRest` decides. A turn lets the event loop handle messages between its
// long steps.

import { milliseconds, type Clock } from '@pareto/core';
import { defaultRestParams, createTurnCore, planRest, logTurns, type TurnCore, type TurnParams } from '@pareto/policy';
import type { Recorder } from '@pareto/service';
import type { Solver } from '@pareto/solver';
import type { Tracer } from '@pareto/telemetry';
import { observe, observeOrphans, type ClusterView } from '../cluster/observe.js';
import { demandInput } from './demand-input.js';
import type { Assigner } from '../fleet/worker-stream-writer.js';
import { nextIteration } from '../loops/next-iteration.js';
import { createNotifier, createWakeSignal } from '../loops/notifier.js';
import { createStopwatch } from '../loops/stopwatch.js';
import type { OutcomeRecords } from '../registry/outcome-records.js';
import { expireRules } from '../rules/expire-rules.js';
import type { Mirror } from '../storage/mirror.js';
import { freezeKey } from '../storage/records.js';
import { adoptRunning, planPrefix, type AdoptOptions } from './adopt.js';
import type { PlannedTurn } from './preview-plan.js';
import { recordPlan } from './record-plan.js';
import { reportTurn, traceTurn, type ReportOptions } from './report-turn.js';
import { solveTargets } from './solve-targets.js';
import { emptyMemory, type TurnMemory } from './turn-memory.js';

export interface ControlLoop {
  /** Requests a turn, because its plan may differ from the last one. */
  readonly trigger: () => void;
  /** Requests a turn without a rest, because queries wait for it. */
  readonly hurry: () => void;
  /** Requests a turn. Resolves after a turn that starts after the call, or when the signal aborts. */
  readonly nextTurn: (signal: AbortSignal) => Promise<void>;
  /** Returns what the last turn planned from. Undefined if this controller has not planned in its term. */
  readonly lastTurn: () => PlannedTurn | undefined;
  /** Runs turns until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ControlLoopOptions extends AdoptOptions, ReportOptions {
  readonly mirror: Mirror;
  readonly assigner: Assigner;
  readonly outcomes: Pick<OutcomeRecords, 'addVariants'>;
  readonly turn: TurnParams;
  /** Solves the programs of turns. Undefined if `turn` has none. */
  readonly solver: Solver | undefined;
  /** Recorder of the turns. Undefined if they are not recorded. */
  readonly recorder: Recorder | undefined;
  /** Called when a plan has other prices of congestion than the one before. */
  readonly onPriced: () => void;
  readonly clock: Clock;
  readonly tracer: Tracer;
}

const turnMs = 1_000;
const rest = defaultRestParams;

export function createControlLoop(options: ControlLoopOptions): ControlLoop {
  const { clock, leader, mirror, logger, metrics } = options;
  const due = createWakeSignal(clock);
  const urgent = createWakeSignal(clock);
  const turnEnded = createNotifier(clock);
  let [begun, ended] = [0, 0];
  let memory: TurnMemory | undefined;
  let isTriggered = true;
  const failed = (during: TurnMemory) => (error: unknown) => {
    during.failures += 1;
    isTriggered = true;
    logger.warn('turn failed', { error });
    return rest.minMs;
  };
  const trigger = (): void => {
    isTriggered = true;
    due.wake();
  };
  /** Runs a turn. Returns the rest that is due after it: none if it did nothing. */
  const turn = async (): Promise<number> => {
    // Only the leader acts, and only on a complete view.
    if (leader.term === undefined || !mirror.synced) return 0;
    if (memory?.term !== leader.term) memory = emptyMemory(leader.term, coreOf(options));
    const isChanged = isTriggered;
    isTriggered = false;
    const startedAt = clock.now();
    const restMs = await runTurn(options, memory, isChanged, trigger).catch(failed(memory));
    metrics.turnTime.record((clock.now() - startedAt) / 1000);
    return restMs;
  };
  return {
    trigger,
    hurry() {
      trigger();
      urgent.wake();
    },
    async nextTurn(signal) {
      const next = begun + 1;
      trigger();
      while (ended < next && !signal.aborted) await turnEnded.wait(turnMs, signal);
    },
    lastTurn() {
      const observed = memory?.term === leader.term ? memory?.planned?.observed : undefined;
      return observed && memory && { observed, state: memory.core.state };
    },
    async run(signal) {
      while (!signal.aborted) {
        begun += 1;
        const restMs = await turn();
        ended = begun;
        turnEnded.notify();
        if (restMs > 0) await clock.sleep(rest.minMs, signal).catch(() => undefined);
        if (restMs > rest.minMs) await urgent.wait(restMs - rest.minMs, signal);
        await due.wait(turnMs, signal);
      }
    },
  };
}

/** Creates the core of a term, which records its calls if there is a recorder. */
function coreOf({ turn, recorder }: ControlLoopOptions): TurnCore {
  const core = createTurnCore(turn);
  return recorder === undefined ? core : logTurns(core, turn, (line) => recorder.record(line));
}

/**
 * Runs one turn. A turn that fails or stops early needs no clean-up: the next turn plans from the current state.
 * Returns the rest that is due after it, in milliseconds: none if it was skipped. `docs/architecture.md` names the same steps.
 */
async function runTurn(
  options: ControlLoopOptions,
  memory: TurnMemory,
  isTriggered: boolean,
  trigger: () => void,
): Promise<number> {
  const { core } = memory;
  const { clusterView, events, tracer, clock, solver } = options;
  const startedAt = clock.now();

  const before = clusterView();
  for (const event of memory.capacityEvents(before)) events.add(event);

  // 1. Skip: if nothing that planning sees has changed, the plan is the same until its next time.
  if (!isTriggered && startedAt < memory.nextAt && isSame(memory, before)) return 0;
  memory.nextAt = milliseconds(0);

  // 2. Adopt: after a restore, first take the running replicas into the plan.
  if (!(await adoptRunning(options))) return rest.minMs;

  // 3. Complete the registry: remove expired rules, and add variants for execution providers that are new in the fleet.
  await expireRules(options, clusterView());
  await options.outcomes.addVariants(clusterView());

  // 4. Observe.
  await nextIteration();
  const busy = createStopwatch(clock);
  busy.start();
  const view = clusterView();
  const freeze = view.records.freezes.get(freezeKey);
  const assigned = [...view.registry.assignments.values()].flat();
  core.see(
    assigned.map(({ replica }) => replica),
    view.now,
  );
  const observed = observe(view, core.state.assignedAt, memory.planned?.observed);
  memory.planned = { registry: view.registry, revision: view.fleet.revision, observed };
  core.observe(observed, demandInput(view, observed), observeOrphans(view));
  busy.stop();

  // 5. Plan the replicas and their placement, and validate the plan. A new leader unloads nothing.
  await nextIteration();
  busy.start();
  const planId = `${planPrefix(options.epoch())}${options.mirror.revision}.${memory.failures}`;
  const leadingMs = milliseconds(view.now - memory.term.since);
  const turn = core.plan(observed, planId, leadingMs);
  const { actions, nextAt, program, isTooLarge } = turn;
  memory.nextAt = nextAt;
  busy.stop();

  if (isTooLarge)
    options.logger.warn('no targets were solved, because the fleet is too large for a program; see maxColumns', {
      planId,
    });

  // 6. Solve the program that the plan states, if one is due. It is not lost if the plan cannot be recorded. A turn follows its solution.
  if (program !== undefined && solver !== undefined)
    void solveTargets({ ...options, solver }, memory, program).then(trigger);

  // 7. Record the plan in the store, before any effect.
  const { demand } = core.state.demand;
  // Kept until the next turn, without the program of this one.
  const { plan, quality, congestion } = turn;
  const recorded = { plan, quality, congestion, actions, planId, observed, demand, atWallMs: view.wallMs };
  const { workers, plans } = view.records;
  if (!(await recordPlan(options.leader, recorded, { workers, plans, freeze }))) {
    trigger();
    return rest.minMs;
  }
  core.end(actions, view.now);

  // 8. Apply: steps and assignments are sent to the workers.
  busy.start();
  options.assigner.apply(actions);

  // 9. Report, and trace the turn.
  const pricesBefore = options.planLog.congestion();
  reportTurn(options, memory, { ...turn, recorded });
  if (congestion !== pricesBefore) options.onPriced();
  for (const event of memory.rolloutEvents(view)) events.add(event);
  traceTurn(tracer, planId, startedAt, { actions });
  busy.stop();
  return planRest(busy.ms, { ...observed, held: core.state.demand.held, actions, unmet: plan.unmet }, rest);
}

/** Returns whether planning sees the same registry, rules in force, fleet and demand as before. Follows the demand. */
function isSame({ planned, core }: TurnMemory, view: ClusterView): boolean {
  if (view.registry !== planned?.registry || view.fleet.revision !== planned.revision) return false;
  return core.skip(demandInput(view, planned.observed), planned.observed);
}
