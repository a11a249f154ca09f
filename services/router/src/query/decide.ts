// Decides on one query: selects a variant, admits or refuses the query, and records the decision.

import type { ReplicaRoute } from '@pareto/core';
import { admit, selectVariant, type Admission } from '@pareto/policy';
import type { DecisionId } from '../decisions/decision-id.js';
import type { Outcome } from '../decisions/decision-log.js';
import type { Hold } from './holds.js';
import { admissionObjective, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';

export interface DecisionAttempt {
  readonly decision: DecisionId;
  /**
   * Set for the first attempt. Only then the elapsed time is compared with the objective: later attempts are already
   * admitted, and a late answer is better than none.
   */
  readonly isFirst: boolean;
  readonly hold: Hold | undefined;
}

/** An admission, with the replica that a query is forwarded to. */
export type Decision =
  | (Extract<Admission, { kind: 'forward' }> & { readonly replica: ReplicaRoute })
  | Exclude<Admission, { kind: 'forward' }>;

export function decide(
  core: RouterCore,
  query: ClientQuery,
  resolved: ResolvedQuery,
  attempt: DecisionAttempt,
): Decision {
  const began = core.clock.now();
  const { entry, items, preference, table } = resolved;
  const objective = attempt.isFirst ? admissionObjective(query, resolved, core.clock) : resolved.objective;
  const elapsedMs = attempt.isFirst ? began - query.call.receivedAt : 0;
  const selectionQuery = { items, objective, elapsedMs, preference, now: began, maxWaitBatches: Infinity };
  const { view } = core.loads;
  const selection = selectVariant(entry, selectionQuery, view.candidates, { hopMs: view.hopMs }, core.trace);
  const admission = admit(selection, query.body.length, core.holds.held(attempt.hold), core.params.admit);
  const outcome = outcomeOf(admission);
  const chosen = selection.kind === 'refused' ? -1 : selection.position;
  const tableVersion = table.version;
  core.decisions.record(attempt.decision, {
    target: entry,
    objective,
    tableVersion,
    outcome,
    chosen,
    trace: core.trace,
  });
  core.metrics.decisions.add(1, { outcome });
  core.metrics.decisionTime.record((core.clock.now() - began) / 1000);
  if (admission.kind !== 'forward') return admission;
  const { candidate } = admission.selection;
  const request = { items, limitMs: objective.latencyMs - elapsedMs, maxWaitMs: Infinity };
  const replica = view.pick(candidate, request, began, core.rng);
  if (replica === undefined) throw new Error(`chosen variant ${candidate.variant} has no replica that can be called`);
  return { ...admission, replica };
}

function outcomeOf(admission: Admission): Outcome {
  if (admission.kind === 'refuse') return admission.cause;
  if (admission.kind === 'hold') return 'cold';
  return admission.selection.degraded ? 'degraded' : 'chosen';
}
