// The placement of targets on workers.

import type { Plan } from '@pareto/core';
import type { PlanningContext } from './context/context.js';
import { Ledger } from './ledger/ledger.js';
import { createPacking } from './pack/packing.js';
import { rankOf } from './pack/rank.js';
import { listOpenSteps } from './steps/list-open-steps.js';
import { planSteps } from './steps/plan-steps.js';
import type { Targets } from './targets/target.js';
import { drainWorkers, unloadBeyondBudget, unloadSurplus, unloadUnservable } from './unload.js';

/** Priorities of steps among those of the need sources. */
const heldSteps = 15;
const otherSteps = 50;

/**
 * Returns the actions that bring the fleet closer to the targets, or none if it meets them. Never exceeds a worker's
 * memory, counting replicas that are still being unloaded, nor the time of its slots. Loads come before the unloads they
 * replace; if memory forces the opposite, the load follows in a later plan, when the memory is free.
 */
export function planPlacement(context: PlanningContext, { targets, unmet }: Targets): Plan {
  const ledger = new Ledger(context);
  for (const need of unmet) ledger.unmet(need);
  unloadUnservable(ledger, context);
  const packing = createPacking(ledger, context, targets);
  packing.claim();
  const steps = listOpenSteps(context);
  const held = steps.filter(({ isHeld }) => isHeld);
  const others = steps.filter(({ isHeld }) => !isHeld);
  packing.provide(-Infinity, heldSteps);
  planSteps(ledger, context, held, rankOf(heldSteps));
  packing.provide(heldSteps, otherSteps);
  planSteps(ledger, context, others, rankOf(otherSteps));
  packing.provide(otherSteps, Infinity);
  const needed = targets.filter(({ priority }) => priority < otherSteps);
  drainWorkers(ledger, context, new Set(needed.map(({ need }) => need.variant)));
  unloadBeyondBudget(ledger, context);
  unloadSurplus(ledger, context);
  return ledger.plan();
}
