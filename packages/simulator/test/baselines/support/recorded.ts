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
