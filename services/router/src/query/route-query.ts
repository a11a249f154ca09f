// Routes one query: selects a variant, picks a replica, forwards the request and returns the answer.

import { ParetoError, type Candidate } from '@pareto/core';
import type { Payload } from '@pareto/rpc';
import type { DecisionId } from '../decisions/decision-id.js';
import { decide } from './decide.js';
import { failureOf, forward, tryTakeRetry } from './forward.js';
import { holdQuery, type Decided, type HeldQuery } from './held-query.js';
import { refusalOf } from '../resolve/refusal.js';
import { admissionObjective, remainingMs, resolve, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';

export interface Answer {
  /** The encoded ModelInferResponse. */
  readonly payload: Payload;
  readonly trailers: ReadonlyMap<string, string>;
  readonly candidate: Candidate;
  readonly degraded: boolean;
  readonly coldStart: boolean;
  /** Predicted latency. Undefined if the query was held or sent before, so that the prediction does not cover it. */
  readonly predictedMs: number | undefined;
}

/** Routes a query that was resolved with the current table. Throws a ParetoError whose code is the query's status. */
export async function routeQuery(
  core: RouterCore,
  query: ClientQuery,
  resolved: ResolvedQuery,
  decision: DecisionId,
): Promise<Answer> {
  let held: HeldQuery | undefined;
  try {
    for (let attempts = 0, losses = 0; ; resolved = resolve(core.tables.table, query)) {
      if (remainingMs(query, core.clock) === 0) throw new ParetoError('deadline-exceeded', 'the deadline has passed');
      const isFirst = attempts === 0;
      let decided: Decided = { ...decide(core, query, resolved, { decision, isFirst, isHeld: false }), resolved };
      if (decided.kind === 'hold') {
        held ??= holdQuery(core, query, resolved);
        decided = await held.wait(decided, () => {
          const current = resolve(core.tables.table, query);
          const attempt = { decision, isFirst: false, isHeld: true };
          return { ...decide(core, query, current, attempt), resolved: current };
        });
      }
      if (decided.kind === 'refuse') throw refuse(core, query, decided);
      const { selection, replica } = decided;
      if (selection.missed !== undefined) core.demand.missed(decided.resolved, selection.missed.variant);
      const isColdStart = held !== undefined;
      const routed = { decision, replica, selection, isFirst: isFirst && !isColdStart, isColdStart };
      const outcome = await forward(core, query, decided.resolved, routed);
      if (outcome.kind === 'answered') {
        const predictedMs = routed.isFirst ? selection.predictedMs : undefined;
        return { ...outcome, ...selection, predictedMs, coldStart: isColdStart };
      }
      attempts += 1;
      if (outcome.kind === 'lost') losses += 1;
      if (!tryTakeRetry(core, outcome, query, { attempts, losses })) {
        throw failureOf(outcome, query.payload.length);
      }
    }
  } finally {
    held?.[Symbol.dispose]();
  }
}

function refuse(core: RouterCore, query: ClientQuery, refused: Extract<Decided, { kind: 'refuse' }>): ParetoError {
  const { resolved } = refused;
  const elapsedMs = core.clock.now() - query.call.receivedAt;
  return refusalOf(refused, resolved, admissionObjective(query, resolved, core.clock), elapsedMs);
}
