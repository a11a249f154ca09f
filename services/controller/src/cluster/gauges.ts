// Gauges that are computed from the cluster's state at each scrape.

import { unmetCauses, type StoreLoss, type UnmetNeed } from '@pareto/core';
import type { StoreMember } from '@pareto/state';
import type { ControllerMetrics } from '@pareto/telemetry';
import type { ClusterView } from './observe.js';

export interface GaugeValues {
  readonly routers: number;
  readonly storeAgeMs: number;
  readonly storeLoss: StoreLoss | undefined;
  readonly storeMembers: readonly StoreMember[];
  readonly backupAgeMs: number;
  /** Needs that the leader's last plan could not meet. Empty if this controller does not lead. */
  readonly unmet: readonly UnmetNeed[];
}

export function setGauges(
  metrics: ControllerMetrics,
  view: ClusterView,
  { routers, storeAgeMs, storeLoss, storeMembers, backupAgeMs, unmet }: GaugeValues,
): void {
  const { records, fleet, now, leadingSince } = view;
  metrics.routers.set(routers);
  metrics.storeAge.set(storeAgeMs / 1000);
  metrics.storeLost.set(storeLoss === undefined ? 0 : 1);
  const lost = storeMembers.filter(({ problem }) => problem !== undefined).length;
  metrics.storeMembers.set(storeMembers.length - lost, { state: 'reachable' });
  metrics.storeMembers.set(lost, { state: 'lost' });
  metrics.backupAge.set(backupAgeMs / 1000);
  for (const cause of unmetCauses)
    metrics.planUnmet.set(unmet.filter((need) => need.cause === cause).length, { reason: cause });
  metrics.workers.reset();
  metrics.replicas.reset();
  for (const state of ['connected', 'awaited', 'departed', 'gone']) metrics.workers.set(0, { state });
  for (const { value } of records.workers.values()) {
    const presence = fleet.presence(value.info.id, now, leadingSince);
    const isDeparted = presence === 'gone' && fleet.hasDeparted(value.info.id);
    metrics.workers.add(1, { state: isDeparted ? 'departed' : presence });
    if (presence === 'gone') continue;
    for (const { report } of fleet.replicas(value.info.id).values()) metrics.replicas.add(1, { state: report.state });
  }
}
