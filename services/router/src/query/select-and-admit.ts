// Selects a variant and a replica for a query, or holds or refuses it: calls the policy with the current loads, and records
// the decision.

import type { Milliseconds } from '@pareto/core';
import type { Decision } from '@pareto/policy';
import type { DecisionId } from '../decisions/decision-id.js';
import type { Outcome } from '../decisions/decision-log.js';
import { admissionObjective, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';

interface Attempt {
  readonly decision: DecisionId;
  /** The current time. */
  readonly now: Milliseconds;
  /** Set for the first decision on the query. */
  readonly isNew: boolean;
  /**
   * Set unless the query was held, or lost by a worker. Only then the elapsed time is compared with the objective: others are
   * already admitted, and a late answer is better than none.
   */
  readonly isTimed: boolean;
  /** Set if the query is held already, so that it needs no place among the held ones. */
  readonly isHeld: boolean;
}

export function selectAndAdmit(
  core: RouterCore,
  query: ClientQuery,
  resolved: ResolvedQuery,
  { decision, now, isNew, isTimed, isHeld }: Attempt,
): Decision {
  const { entry, items, shapes, preference, table } = resolved;
  const objective = isTimed ? admissionObjective(query, resolved, now) : resolved.objective;
  const elapsedMs = isTimed ? elapsedSince(core, query, now) : 0;
  const held = isHeld ? { count: 0, bytes: 0 } : core.holds.usage;
  const asked = {
    items,
    shapes,
    objective,
    elapsedMs,
    preference,
    held,
    requestBytes: query.payload.length,
    isNew,
    isPatient: !isTimed,
  };
  const decided = core.policy.decide(entry, asked, now, core.trace);
  const outcome = outcomeOf(decided);
  const chosen = decided.kind === 'refuse' ? -1 : decided.selection.position;
  const tableVersion = table.version;
  core.decisions.record(decision, { target: entry, objective, tableVersion, outcome, chosen, trace: core.trace });
  core.metrics.decisions.add(1, { outcome });
  core.metrics.decisionTime.record((core.clock.now() - now) / 1000);
  return decided;
}

/** Returns the time since a query arrived, with the delay of the event loop before the router saw it. */
export const elapsedSince = ({ loopLag }: Pick<RouterCore, 'loopLag'>, { call }: ClientQuery, now: number): number =>
  now - call.receivedAt + loopLag.lagMs;

function outcomeOf(decided: Decision): Outcome {
  if (decided.kind === 'refuse') return decided.cause;
  if (decided.kind === 'hold') return 'cold';
  return decided.selection.degraded ? 'degraded' : 'chosen';
}
