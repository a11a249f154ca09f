// The fleet of INFaaS: what its workers observe every tick, and the loads that queries cause meanwhile.

import { groupBy, type WorkerId, type WorkerInfo } from '@pareto/core';
import type { PlanningView, ServingReplica } from '../../policies/serving-policy.js';
import { groupReplicas, type Group } from './group.js';
import type { InfaasVariant } from './infaas-variant.js';
import { isFlagged, type ObservedVariant } from './is-flagged.js';
import { createMonitor, type Monitor } from './monitor.js';
import type { InfaasParams } from './params.js';
import { createRoles, type Roles } from './roles.js';
import type { InfaasLoad, InfaasView, Instance, WorkerUse } from './select/select-infaas.js';

export interface ObservedGroup extends Group {
  /** Queries per second of all its replicas. */
  readonly qps: number;
}

export interface ObservedFleet {
  readonly roles: Roles;
  readonly monitor: Monitor;
  readonly workers: ReadonlyMap<WorkerId, WorkerUse>;
  /** Ends a tick: updates flags and workers, and returns the groups of the replicas. */
  observe(view: PlanningView): readonly ObservedGroup[];
  /** Requests a load in the next tick, unless one of the variant is requested already. */
  request(load: InfaasLoad): void;
  /** Returns the loads that were requested since the last call. */
  takeRequested(): readonly InfaasLoad[];
  /** Notes that a replica is about to be loaded. */
  expectLoad(variant: InfaasVariant, worker: WorkerId): void;
  /** Returns the view of the selection. `replicas` are those of a task. */
  viewOf(replicas: readonly ServingReplica[]): InfaasView;
}

interface MutableUse extends WorkerUse {
  readonly architectures: Set<string>;
  utilisation: number;
  freeBytes: number;
}

export function createObservedFleet(variants: readonly InfaasVariant[], params: InfaasParams): ObservedFleet {
  const monitor = createMonitor(params);
  const roles = createRoles(variants);
  const workers = new Map<WorkerId, MutableUse>();
  /** Workers on which variants are flagged. */
  let flagged = new Map<InfaasVariant, Set<WorkerId>>();
  /** Requested loads by variant. */
  const requested = new Map<InfaasVariant, InfaasLoad>();

  const wasFlagged = ({ variant, worker }: Group): boolean => flagged.get(variant)?.has(worker.id) === true;
  function observeGroup(group: Group): ObservedVariant {
    const { variant, worker, ready, open } = group;
    const { queries, answers, batches, latencyMs } = monitor.of(variant, worker.id);
    const qps = (1_000 * queries) / params.monitorMs;
    return {
      ...{ variant, replicas: Math.max(1, ready), qps, open },
      ...{ latencyMs: answers && latencyMs / answers, batch: Math.max(1, Math.ceil(answers / Math.max(1, batches))) },
    };
  }
  /** Updates the flags, and returns the groups. */
  function observeGroups(live: readonly Group[]): readonly ObservedGroup[] {
    const next = new Map<InfaasVariant, Set<WorkerId>>();
    const groups = live.map((group) => {
      const { variant, worker } = group;
      const observed = observeGroup(group);
      if (isFlagged(observed, wasFlagged(group), params))
        next.set(variant, (next.get(variant) ?? new Set()).add(worker.id));
      return { ...group, qps: observed.qps };
    });
    flagged = next;
    return groups;
  }
  function observeWorker(worker: WorkerInfo, replicas: readonly ServingReplica[], groups: readonly Group[]): void {
    const slots = worker.slotGroups.reduce((sum, group) => sum + group.slots, 0);
    const loading = groups.reduce((sum, group) => sum + group.loading, 0);
    const usedBytes = replicas.reduce((sum, one) => sum + roles.of(one).option.profile.memoryBytes, 0);
    workers.set(worker.id, {
      ...{ worker: worker.id, hardwareClasses: worker.slotGroups.map(({ hardwareClass }) => hardwareClass.id) },
      utilisation: monitor.busyMs(worker.id) / (slots * params.monitorMs) + loading / slots,
      ...{ slots, freeBytes: worker.memoryBytes - usedBytes },
      architectures: new Set(groups.map(({ variant }) => variant.option.architecture)),
    });
  }
  const instanceOf = (group: Group): Instance => ({
    variant: group.variant,
    worker: group.worker.id,
    isReady: group.ready > 0,
    isFlagged: wasFlagged(group),
    load: group.open / group.replicas.length,
  });

  return {
    ...{ roles, monitor, workers },
    observe(view) {
      const groups = observeGroups(groupReplicas(view.replicas, roles));
      workers.clear();
      const replicasOf = groupBy(view.replicas, ({ worker }) => worker.id);
      const groupsOf = groupBy(groups, ({ worker }) => worker.id);
      for (const worker of view.workers)
        observeWorker(worker, replicasOf.get(worker.id) ?? [], groupsOf.get(worker.id) ?? []);
      monitor.tick();
      return groups;
    },
    request(load) {
      if (!requested.has(load.variant)) requested.set(load.variant, load);
    },
    takeRequested() {
      const loads = [...requested.values()];
      requested.clear();
      return loads;
    },
    expectLoad(variant, worker) {
      roles.expect(variant, worker);
      const use = workers.get(worker);
      if (use === undefined) return;
      use.architectures.add(variant.option.architecture);
      use.utilisation += 1 / use.slots;
      use.freeBytes -= variant.option.profile.memoryBytes;
    },
    viewOf(replicas) {
      const instances = new Map<string, Instance[]>();
      for (const group of groupReplicas(replicas, roles)) {
        const own = instances.get(group.variant.name);
        if (own === undefined) instances.set(group.variant.name, [instanceOf(group)]);
        else own.push(instanceOf(group));
      }
      return { instances, workers: [...workers.values()] };
    },
  };
}
