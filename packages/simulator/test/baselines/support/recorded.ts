// A policy whose plans and batches are recorded.

import type { PlannedReplicas, ServingPolicy } from '../../../src/policies/serving-policy.js';

type Baseline = Extract<ServingPolicy, { readonly kind: 'baseline' }>;

export interface Recorded {
  readonly policy: ServingPolicy;
  /** Each plan with its time in ms from the first query on. */
  readonly plans: { readonly at: number; readonly planned: readonly PlannedReplicas[] }[];
  /** Each batch with the time of its end and the number of its queries. */
  readonly batches: { readonly at: number; readonly queries: number }[];
}

export function record(policy: ServingPolicy): Recorded {
  if (policy.kind !== 'baseline') throw new Error(`${policy.name} is not a baseline`);
  const recorded: Recorded = { policy: recordedPolicy(policy), plans: [], batches: [] };
  function recordedPolicy({ kind, name, plan, serve }: Baseline): ServingPolicy {
    return {
      ...{ kind, name },
      plan(setting) {
        const planner = plan(setting);
        return {
          everyMs: planner.everyMs,
          plan(view) {
            const keep = <P extends readonly PlannedReplicas[] | undefined>(planned: P): P => {
              recorded.plans.push({ at: view.now - setting.warmUpMs, planned: planned ?? [] });
              return planned;
            };
            const planned = planner.plan(view);
            return planned instanceof Promise ? planned.then(keep) : keep(planned);
          },
        };
      },
      serve(setting) {
        const server = serve(setting);
        return {
          ...server,
          ended(replica, batch, now) {
            recorded.batches.push({ at: now - setting.warmUpMs, queries: batch.queries.length });
            server.ended?.(replica, batch, now);
          },
        };
      },
    };
  }
  return recorded;
}

/** Returns the times at which the planned replicas change, with their number by variant. */
export function changesOf({ plans }: Recorded): readonly (readonly [at: number, replicas: string])[] {
  const described = plans.map(({ at, planned }) => {
    const counts = new Map<string, number>();
    for (const { variant, count } of planned) counts.set(variant, (counts.get(variant) ?? 0) + count);
    const parts = Array.from(counts, ([variant, count]) => `${variant} ${count}`);
    return [at, parts.toSorted().join(', ')] as const;
  });
  return described.filter(([, replicas], index) => replicas !== described[index - 1]?.[1]);
}
