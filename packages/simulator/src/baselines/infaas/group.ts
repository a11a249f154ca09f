// The replicas of each variant on each worker.

import type { WorkerInfo } from '@pareto/core';
import type { ServingReplica } from '../../policies/serving-policy.js';
import { openQueries } from '../fixed/route-fixed.js';
import type { InfaasVariant } from './infaas-variant.js';
import type { Roles } from './roles.js';

export interface Group {
  readonly variant: InfaasVariant;
  readonly worker: WorkerInfo;
  readonly replicas: readonly ServingReplica[];
  readonly ready: number;
  readonly loading: number;
  /** Number of queries without an answer. */
  readonly open: number;
}

interface MutableGroup extends Group {
  readonly replicas: ServingReplica[];
  ready: number;
  loading: number;
  open: number;
}

/** Returns the groups of the replicas that are not draining. */
export function groupReplicas(replicas: readonly ServingReplica[], roles: Roles): readonly Group[] {
  const groups: MutableGroup[] = [];
  const ofWorkers = new Map<WorkerInfo, MutableGroup[]>();
  for (const replica of replicas) {
    const { state, worker } = replica;
    if (state === 'draining') continue;
    const variant = roles.of(replica);
    let own = ofWorkers.get(worker);
    if (own === undefined) ofWorkers.set(worker, (own = []));
    let group = own.find((one) => one.variant === variant);
    if (group === undefined) {
      group = { variant, worker, replicas: [], ready: 0, loading: 0, open: 0 };
      own.push(group);
      groups.push(group);
    }
    group.replicas.push(replica);
    if (state === 'ready') group.ready += 1;
    else group.loading += 1;
    group.open += openQueries(replica);
  }
  return groups;
}
