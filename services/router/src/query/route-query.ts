// Routes one query: selects a variant, picks a replica, forwards the request and returns the answer.

import { ParetoError, type Candidate } from '@pareto/core';
import type { Decision } from '@pareto/policy';
import type { Payload } from '@pareto/rpc';
import { decide } from './decide.js';
import { failureOf, forward, tryTakeRetry, type Routed } from './forward.js';
import { holdQuery, type HeldQuery } from './held-query.js';
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

/** The fields that identify a query to other processes. */
export type QueryIdentity = Pick<Routed, 'decision' | 'traceparent'>;

/** Routes a query that was resolved with the current table. Throws a ParetoError whose code is the query's status. */
export async function routeQuery(
  core: RouterCore,
  query: ClientQuery,
  resolved: ResolvedQuery,
  { decision, traceparent }: QueryIdentity,
): Promise<Answer> {
  let held: HeldQuery | undefined;
  try {
    for (let attempts = 0, losses = 0; ; resolved = resolve(core.tables.table, query)) {
      if (remainingMs(query, core.clock) === 0) throw new ParetoError('deadline-exceeded', 'the deadline has passed');
      const isFirst = attempts === 0;
      let decided = decide(core, query, resolved, { decision, isFirst, isHeld: false });
      if (decided.kind === 'hold') {
        held ??= holdQuery(core, query, resolved);
        const settled = await held.wait({ ...decided, resolved }, () => {
          const current = resolve(core.tables.table, query);
          const attempt = { decision, isFirst: false, isHeld: true };
          return { ...decide(core, query, current, attempt), resolved: current };
        });
        ({ resolved } = settled);
        decided = settled;
      }
      if (decided.kind === 'refuse') throw refuse(core, query, resolved, decided);
      const { selection, replica } = decided;
      if (selection.missed !== undefined) core.demand.missed(resolved, selection.missed.variant);
      const isColdStart = held !== undefined;
      const isPredicted = isFirst && !isColdStart;
      const routed = { decision, traceparent, replica, selection, isFirst: isPredicted, isColdStart };
      const outcome = await forward(core, query, resolved, routed);
      if (outcome.kind === 'answered') {
        return {
          payload: outcome.payload,
          trailers: outcome.trailers,
          candidate: selection.candidate,
          degraded: selection.degraded,
          coldStart: isColdStart,
          predictedMs: isPredicted ? selection.predictedMs : undefined,
        };
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

function refuse(
  core: RouterCore,
  query: ClientQuery,
  resolved: ResolvedQuery,
  refused: Extract<Decision, { kind: 'refuse' }>,
): ParetoError {
  const elapsedMs = core.clock.now() - query.call.receivedAt;
  return refusalOf(refused, resolved, admissionObjective(query, resolved, core.clock), elapsedMs);
}
