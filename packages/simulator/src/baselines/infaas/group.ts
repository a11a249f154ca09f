// The replicas of each variant on each worker.

import { groupBy, type WorkerInfo } from '@pareto/core';
import type { ServingReplica } from '../../policies/serving-policy.js';
import { openQueries } from '../fixed/route-fixed.js';
import type { InfaasVariant } from './infaas-variant.js';
import type { Roles } from './roles.js';

export interface Group {
  /** Unique among the groups. */
  readonly key: string;
  readonly variant: InfaasVariant;
  readonly worker: WorkerInfo;
  readonly replicas: readonly ServingReplica[];
  readonly ready: number;
  readonly loading: number;
  /** Number of queries without an answer. */
  readonly open: number;
}

/** Returns the groups of the replicas that are not draining. */
export function groupReplicas(replicas: readonly ServingReplica[], roles: Roles): readonly Group[] {
  const live = replicas.filter(({ state }) => state !== 'draining');
  const groups = groupBy(live, (replica) => `${roles.of(replica).name} ${replica.worker.id}`);
  return [...groups].flatMap(([key, own]): readonly Group[] => {
    const [first] = own;
    if (first === undefined) return [];
    const ready = own.filter(({ state }) => state === 'ready').length;
    const open = own.reduce((sum, one) => sum + openQueries(one), 0);
    const group = { variant: roles.of(first), worker: first.worker, replicas: own, ready };
    return [{ key, ...group, loading: own.length - ready, open }];
  });
}
