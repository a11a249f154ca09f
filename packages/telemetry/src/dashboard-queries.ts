// Queries for dashboards in the language of Prometheus. The reference lists them, and tests run them.

export interface DashboardQuery {
  readonly title: string;
  readonly query: string;
}

export const dashboardQueries: readonly DashboardQuery[] = [
  { title: 'Queries per second, by task', query: 'sum by (task) (rate(pareto_requests_total[5m]))' },
  {
    title: 'Queries per second, by the task, model or variant that clients name',
    query: 'sum by (task, target) (rate(pareto_requests_total[5m]))',
  },
  {
    title: 'Error ratio, by task',
    query:
      'sum by (task) (rate(pareto_requests_total{code!="ok"}[5m])) / sum by (task) (rate(pareto_requests_total[5m]))',
  },
  {
    title: 'P99 latency in seconds, by task',
    query: 'histogram_quantile(0.99, sum by (task, le) (rate(pareto_request_seconds_bucket[5m])))',
  },
  {
    title: 'Share of the answers that took longer than their objective, by task',
    query:
      'sum by (task) (rate(pareto_objective_violations_total[5m])) / sum by (task) (rate(pareto_requests_total{code="ok"}[5m]))',
  },
  {
    title: 'USD per million answers, by task',
    query:
      '1e6 * sum by (task) (rate(pareto_cost_usd_total[5m])) / sum by (task) (rate(pareto_requests_total{code="ok"}[5m]))',
  },
  {
    title: 'Replicas that are wanted and not ready, by variant',
    query: 'sum by (variant) (pareto_replicas_wanted) - sum by (variant) (pareto_replicas{state="ready"})',
  },
  {
    title: 'Replicas that are starting, by variant',
    query: 'sum by (variant) (pareto_replicas{state=~"loading|warming"})',
  },
  {
    title: 'Needs that the plan cannot meet, by variant and reason',
    query: 'sum by (variant, reason) (pareto_plan_unmet)',
  },
  {
    title: 'Used share of the cache on disk, by worker',
    query: 'sum by (instance) (pareto_cache_bytes) / sum by (instance) (pareto_cache_limit_bytes)',
  },
];
