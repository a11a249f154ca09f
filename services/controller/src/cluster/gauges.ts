// Gauges that are computed from the cluster's state at each scrape.

import {
  planGap,
  planSources,
  unmetCauses,
  type CongestionPrices,
  type PlanQuality,
  type StoreLoss,
  type UnmetNeed,
} from '@pareto/core';
import type { StoreMember } from '@pareto/state';
import { byPresence, byReplicaState, type ControllerMetrics } from '@pareto/telemetry';
import type { ClusterView } from './observe.js';

export interface GaugeValues {
  readonly routers: number;
  readonly storeAgeMs: number;
  readonly storeLoss: StoreLoss | undefined;
  readonly storeMembers: readonly StoreMember[];
  readonly backupAgeMs: number;
  /** Needs that the leader's last plan could not meet. */
  readonly unmet: readonly UnmetNeed[];
  /** Quality of the leader's last plan. Undefined if this controller has not planned in its term. */
  readonly quality: PlanQuality | undefined;
  /** Prices of slots in the leader's last plan. Undefined while the slots suffice. */
  readonly congestion: CongestionPrices | undefined;
}

type FleetView = Pick<ClusterView, 'fleet' | 'now' | 'leadingSince'> & {
  readonly records: Pick<ClusterView['records'], 'workers'>;
  readonly registry: Pick<ClusterView['registry'], 'assignments'>;
};

export function setGauges(
  metrics: ControllerMetrics,
  view: FleetView,
  { routers, storeAgeMs, storeLoss, storeMembers, backupAgeMs, unmet, quality, congestion }: GaugeValues,
): void {
  metrics.routers.set(routers);
  metrics.storeAge.set(storeAgeMs / 1000);
  metrics.storeLost.set(storeLoss === undefined ? 0 : 1);
  const lost = storeMembers.filter(({ problem }) => problem !== undefined).length;
  metrics.storeMembers.set(storeMembers.length - lost, { state: 'reachable' });
  metrics.storeMembers.set(lost, { state: 'lost' });
  metrics.backupAge.set(backupAgeMs / 1000);
  setFleetGauges(metrics, view, unmet);
  setQuality(metrics, quality, view);
  metrics.congestion.reset();
  for (const [hardwareClass, usd] of Object.entries(congestion?.usdPerHour ?? {}))
    metrics.congestion.set(usd, { hardware_class: hardwareClass });
}

function setQuality(
  { planSource, planGap: gap, planAge }: ControllerMetrics,
  quality: PlanQuality | undefined,
  { now }: Pick<FleetView, 'now'>,
): void {
  planSource.reset();
  for (const source of quality === undefined ? [] : planSources)
    planSource.set(source === quality?.source ? 1 : 0, { source });
  gap.set(planGap(quality?.cost) ?? NaN);
  planAge.set(quality === undefined ? NaN : (now - quality.at) / 1000);
}

/** Sets the gauges of the fleet, which only the leader has, so that sums over all controllers are right. */
function setFleetGauges(
  metrics: ControllerMetrics,
  { records, registry, fleet, now, leadingSince }: FleetView,
  unmet: readonly UnmetNeed[],
): void {
  const { workers, replicas, replicasWanted, planUnmet } = metrics;
  for (const gauge of [workers, replicas, replicasWanted, planUnmet]) gauge.reset();
  if (leadingSince === undefined) return;
  for (const reason of unmetCauses) planUnmet.set(0, { variant: '', reason });
  for (const { variant, cause } of unmet) planUnmet.add(1, { variant, reason: cause });
  for (const { variant } of [...registry.assignments.values()].flat()) {
    replicasWanted.add(1, { variant });
    for (const state of byReplicaState.state) replicas.add(0, { variant, state });
  }
  for (const state of byPresence.state) workers.set(0, { state });
  for (const { value } of records.workers.values()) {
    const presence = fleet.presence(value.info.id, now, leadingSince);
    const isDeparted = presence === 'gone' && fleet.hasDeparted(value.info.id);
    workers.add(1, { state: isDeparted ? 'departed' : presence });
    if (presence === 'gone') continue;
    for (const { report } of fleet.replicas(value.info.id).values())
      replicas.add(1, { variant: report.variant, state: report.state });
  }
}
