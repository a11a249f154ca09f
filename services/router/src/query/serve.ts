// Serves one query: routes it, and records its span, metrics, demand and trailers.

import { ParetoError, type ErrorCode } from '@pareto/core';
import { refillRetryBudget } from '@pareto/policy';
import { formatDecisionId } from '../decisions/decision-id.js';
import { QueryRoute, type Answer } from './route-query.js';
import { waitForTable } from './wait-for-table.js';
import { resolve, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';
import { isPublicTrailer } from '../workers/worker-link.js';

export interface Served extends Answer {
  readonly decisionId: string;
  readonly latencyMs: number;
}

/** Throws a ParetoError whose code is the query's status. */
export async function serve(core: RouterCore, query: ClientQuery): Promise<Served> {
  const { call } = query;
  core.loopLag.queryArrived();
  const decision = core.decisions.next();
  const decisionId = formatDecisionId(decision);
  const span = core.tracer.startSpan('router.infer', {
    kind: 'server',
    traceparent: call.metadata.get('traceparent'),
    startedAt: call.receivedAt,
  });
  // The name as received may be any text, so only that of a known target is recorded.
  if (span.recording) span.set({ 'pareto.target': 'unknown', 'pareto.decision_id': decisionId });
  call.setTrailer('pareto-decision-id', decisionId);
  core.retryBudget.tokens = refillRetryBudget(core.retryBudget.tokens, core.params.retry);
  let resolved: ResolvedQuery | undefined;
  let route: QueryRoute | undefined;
  try {
    if (core.tables.table === undefined) await waitForTable(core, call.signal);
    resolved = resolve(core.tables.table, query);
    if (span.recording) span.set({ 'pareto.target': resolved.entry.name });
    core.demand.offered(resolved);
    route = new QueryRoute(core, query, resolved, { decision, decisionId, traceparent: span.traceparent });
    let answered: Answer | undefined;
    while (answered === undefined) {
      const decided = route.decide();
      const settled = decided.kind === 'hold' ? await route.hold(decided) : decided;
      const outcome = await route.send(settled);
      answered = route.settle(outcome);
      if (outcome.kind === 'withdrawn') await route.untilWhole();
    }
    answered.trailers.forEach((value, name) => {
      if (isPublicTrailer(name)) call.setTrailer(name, value);
    });
    const latencyMs = core.clock.now() - call.receivedAt;
    recordAnswer(core, resolved, answered, latencyMs);
    if (span.recording) span.set({ 'pareto.variant': answered.candidate.variant });
    span.end();
    return {
      payload: answered.payload,
      trailers: answered.trailers,
      candidate: answered.candidate,
      degraded: answered.degraded,
      coldStart: answered.coldStart,
      predictedMs: answered.predictedMs,
      decisionId,
      latencyMs,
    };
  } catch (error) {
    recordFailure(core, resolved, error);
    span.end(error);
    throw error;
  } finally {
    route?.[Symbol.dispose]();
  }
}

function recordAnswer(core: RouterCore, resolved: ResolvedQuery, answered: Answer, latencyMs: number): void {
  const { metrics, demand } = core;
  const target = resolved.entry.task;
  metrics.requests.add(1, { target, code: 'ok' });
  metrics.endToEnd.record(latencyMs / 1000, { target });
  if (answered.predictedMs !== undefined && answered.predictedMs > 0) {
    metrics.predictionRatio.record(latencyMs / answered.predictedMs, { target });
  }
  metrics.cost.add(Number(answered.trailers.get('pareto-cost') ?? 0), { target });
  if (latencyMs > resolved.objective.latencyMs) metrics.violations.add(1, { target });
  demand.answered(resolved, answered.candidate.variant, latencyMs);
}

const refusals: ReadonlySet<ErrorCode> = new Set(['resource-exhausted', 'failed-precondition']);
/** Codes of errors that the client did not cause. */
const failures: ReadonlySet<ErrorCode> = new Set(['deadline-exceeded', 'unavailable', 'internal', 'data-loss']);

/** Counts refusals as demand, so that the controller adds capacity for them. */
function recordFailure({ metrics, demand }: RouterCore, resolved: ResolvedQuery | undefined, error: unknown): void {
  const code = error instanceof ParetoError ? error.code : 'internal';
  metrics.requests.add(1, { target: resolved?.entry.task ?? 'unknown', code });
  if (resolved === undefined) return;
  if (refusals.has(code)) demand.refused(resolved, code === 'failed-precondition');
  else if (failures.has(code)) demand.failed(resolved);
}
