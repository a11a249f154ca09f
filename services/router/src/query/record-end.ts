// Records the end of a query in the metrics.

import type { ErrorCode } from '@pareto/core';
import type { ResolvedQuery } from '../resolve/resolve.js';
import type { Answer } from './answer.js';
import type { RouterContext } from './router-context.js';

export function recordAnswer(router: RouterContext, resolved: ResolvedQuery, answered: Answer): void {
  const { metrics } = router;
  const { latencyMs } = answered;
  const target = resolved.entry.task;
  metrics.requests.add(1, { target, code: 'ok' });
  metrics.endToEnd.record(latencyMs / 1000, { target });
  if (answered.predictedMs !== undefined && answered.predictedMs > 0) {
    metrics.predictionRatio.record(latencyMs / answered.predictedMs, { target });
  }
  metrics.cost.add(Number(answered.trailers.get('pareto-cost') ?? 0), { target });
  if (latencyMs > resolved.objective.latencyMs) metrics.violations.add(1, { target });
}

export function recordFailure({ metrics }: RouterContext, resolved: ResolvedQuery | undefined, code: ErrorCode): void {
  metrics.requests.add(1, { target: resolved?.entry.task ?? 'unknown', code });
}
