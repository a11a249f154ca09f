// Records the end of a query: its metrics and its demand.

import { ParetoError, type ErrorCode } from '@pareto/core';
import type { ResolvedQuery } from '../resolve/resolve.js';
import type { Answer } from './answer.js';
import type { RouterContext } from './router-context.js';

export function recordAnswer(router: RouterContext, resolved: ResolvedQuery, answered: Answer): void {
  const { metrics, demand } = router;
  const { latencyMs } = answered;
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
export function recordFailure(
  { metrics, demand }: RouterContext,
  resolved: ResolvedQuery | undefined,
  error: unknown,
): void {
  const code = error instanceof ParetoError ? error.code : 'internal';
  metrics.requests.add(1, { target: resolved?.entry.task ?? 'unknown', code });
  if (resolved === undefined) return;
  if (refusals.has(code)) demand.refused(resolved, code === 'failed-precondition');
  else if (failures.has(code)) demand.failed(resolved);
}
