// The placement of replicas on workers: needs are met greedily, in a fixed order.

import type { Plan } from '@pareto/core';
import { createLedger } from './ledger/ledger.js';
import {
  heldNeeds,
  retentionOf,
  replacementNeeds,
  requiredNeeds,
  requiredOf,
  spareNeeds,
  variantsIn,
  wantedNeeds,
  relocationNeeds,
  type PlanningContext,
} from './needs/needs.js';
import { listOpenSteps } from './steps/list-open-steps.js';
import { listOptions } from './ledger/options.js';
import { planRollout } from './plan-rollout.js';
import { planSteps } from './steps/plan-steps.js';
import { drainWorkers, unloadUnservable, unloadSurplus } from './unload.js';
import { claim, satisfy } from './needs/satisfy.js';
import type { PlacementParams, PlacementSnapshot } from '../snapshot/snapshot.js';
import { versionsOf } from '../snapshot/versions.js';
import { coldVariants } from '../snapshot/warmth.js';
import { warmthNeeds } from './needs/warmth-needs.js';

/**
 * Returns the actions that bring the fleet closer to its needs, or none if it meets them. Never exceeds a worker's
 * memory, counting replicas that are still being unloaded. Loads come before the unloads they replace; if memory forces
 * the opposite, the load follows in a later plan, when the memory is free.
 */
export function planPlacement(snapshot: PlacementSnapshot, params: PlacementParams): Plan {
  const versions = versionsOf(snapshot);
  const options = listOptions(snapshot, versions);
  const context: PlanningContext = {
    snapshot,
    versions,
    options,
    params,
    cold: coldVariants(snapshot.warmthRules, snapshot.variants),
  };
  const ledger = createLedger(snapshot, params);
  unloadUnservable(ledger, context);
  const required = requiredOf(context);
  const hard = [...requiredNeeds(required), ...heldNeeds(context)];
  for (const need of hard) satisfy(ledger, need);
  const steps = listOpenSteps(context);
  planSteps(
    ledger,
    context,
    steps.filter(({ isHeld }) => isHeld),
  );
  const wanted = wantedNeeds(context);
  for (const need of wanted) satisfy(ledger, need);
  const warmth = warmthNeeds(ledger, context);
  // Count existing replicas first, so that no warmth rule evicts what another one keeps.
  for (const need of warmth) claim(ledger, need);
  for (const need of warmth) satisfy(ledger, need);
  planSteps(
    ledger,
    context,
    steps.filter(({ isHeld }) => !isHeld),
  );
  planRollout(ledger, context);
  for (const need of replacementNeeds(ledger, context)) satisfy(ledger, need);
  for (const need of spareNeeds(required, params)) satisfy(ledger, need);
  for (const need of relocationNeeds(ledger, context)) satisfy(ledger, need);
  drainWorkers(ledger, variantsIn([...hard, ...wanted, ...warmth]));
  unloadSurplus(ledger, retentionOf(context));
  return ledger.plan();
}
