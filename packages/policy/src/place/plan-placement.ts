// Which replica goes where: the simple policy. A solver takes over behind the same function later.

import type { Plan } from '@pareto/core';
import { createLedger } from './ledger.js';
import {
  heldNeeds,
  replacementNeeds,
  requiredNeeds,
  requiredOf,
  spareNeeds,
  variantsIn,
  wantedNeeds,
  warmNeeds,
  type Look,
} from './needs.js';
import { listWork } from './list-work.js';
import { listOptions } from './options.js';
import { planSuccession } from './plan-succession.js';
import { planWork } from './plan-work.js';
import { leaveWorkers, removeDead, unloadSurplus } from './release.js';
import { satisfy } from './satisfy.js';
import type { PlacementParams, PlacementSnapshot } from './snapshot.js';
import { versionsOf } from './versions.js';

/**
 * The actions that bring the fleet nearer to what is wanted; none when it is there. Within every worker's memory, what
 * is still leaving included. Loads come before the unloads that they replace; where memory forces the opposite, the
 * load follows in a later plan, when the memory is free.
 */
export function planPlacement(snapshot: PlacementSnapshot, params: PlacementParams): Plan {
  const versions = versionsOf(snapshot);
  const look: Look = { snapshot, versions, options: listOptions(snapshot, versions), params };
  const ledger = createLedger(snapshot, params);
  removeDead(ledger, look);
  const required = requiredOf(look);
  const hard = [...requiredNeeds(required), ...heldNeeds(look)];
  for (const need of hard) satisfy(ledger, need);
  const work = listWork(look);
  planWork(
    ledger,
    look,
    work.filter(({ isHeld }) => isHeld),
  );
  const wanted = wantedNeeds(look);
  for (const need of wanted) satisfy(ledger, need);
  planWork(
    ledger,
    look,
    work.filter(({ isHeld }) => !isHeld),
  );
  planSuccession(ledger, look);
  for (const need of replacementNeeds(ledger, look)) satisfy(ledger, need);
  for (const need of spareNeeds(required, params)) satisfy(ledger, need);
  for (const need of warmNeeds(ledger, look)) satisfy(ledger, need);
  leaveWorkers(ledger, variantsIn([...hard, ...wanted]));
  unloadSurplus(ledger, snapshot.now, params);
  return ledger.plan();
}
