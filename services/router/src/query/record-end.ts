// Records the end of a query in the metrics.

import type { ErrorCode, RoutingTable } from '@pareto/core';
import type { RouterMetrics } from '@pareto/telemetry';
import type { ResolvedQuery } from '../resolve/resolve.js';
import type { Answer } from './answer.js';
import type { RouterContext } from './router-context.js';

/** Labels of all names that are not registered, because clients can choose them freely. */
const unknownTarget = { task: 'unknown', name: 'unknown' } as const;

/**
 * Adds the series of tasks that had no query yet, so that a rate counts their first error, and a ratio of errors exists without
 * any.
 */
export function addSeries({ requests, violations, cost }: RouterMetrics, table: RoutingTable | undefined): void {
  const tasks = [...(table?.targets.values() ?? [])].filter(({ kind }) => kind === 'task');
  for (const { task, name: target } of [unknownTarget, ...tasks]) {
    requests.add(0, { task, target, code: 'ok' });
    violations.add(0, { task, target });
    cost.add(0, { task, target });
  }
}

export function recordAnswer(router: RouterContext, resolved: ResolvedQuery, answered: Answer): void {
  const { metrics } = router;
  const { latencyMs } = answered;
  const { task, name: target } = resolved.entry;
  const labels = { task, target };
  metrics.requests.add(1, { task, target, code: 'ok' });
  metrics.endToEnd.record(latencyMs / 1000, labels);
  if (answered.predictedMs !== undefined && answered.predictedMs > 0) {
    metrics.predictionRatio.record(latencyMs / answered.predictedMs, labels);
  }
  metrics.cost.add(Number(answered.trailers.get('pareto-cost') ?? 0), labels);
  if (latencyMs > resolved.objective.latencyMs) metrics.violations.add(1, labels);
}

export function recordFailure({ metrics }: RouterContext, resolved: ResolvedQuery | undefined, code: ErrorCode): void {
  const { task, name: target } = resolved?.entry ?? unknownTarget;
  metrics.requests.add(1, { task, target, code });
}
