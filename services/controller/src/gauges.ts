// Gauges that are read from the cluster's state at each scrape.

import type { ControllerMetrics } from '@pareto/telemetry';
import type { Scene } from './observe.js';

export function setGauges(metrics: ControllerMetrics, scene: Scene, routers: number): void {
  const { records, fleet, now, leadingSince } = scene;
  const workers = new Map([
    ['connected', 0],
    ['awaited', 0],
    ['gone', 0],
  ]);
  const replicas = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { value } of records.workers.values()) {
    const presence = fleet.presence(value.info.id, now, leadingSince);
    count(workers, presence);
    if (presence === 'gone') continue;
    for (const { report } of fleet.replicas(value.info.id).values()) count(replicas, report.state);
  }
  metrics.routers.set(routers);
  metrics.workers.reset();
  for (const [state, number] of workers) metrics.workers.set(number, { state });
  metrics.replicas.reset();
  for (const [state, number] of replicas) metrics.replicas.set(number, { state });
}
