// The replicas before the first query: what each kind of query would have loaded.

import type { PlannedReplicas } from '../../policies/serving-policy.js';
import { countReplicas } from '../options/count-replicas.js';
import type { InfaasVariant } from './infaas-variant.js';
import type { ObservedFleet } from './observed-fleet.js';
import type { InfaasParams } from './params.js';
import { pickLoad, type Feasible } from './select/select-infaas.js';

/** Returns a replica for each kind of query that no other one serves. */
export function planWarmStart(
  feasible: readonly Feasible[],
  fleet: ObservedFleet,
  params: InfaasParams,
): readonly PlannedReplicas[] {
  const chosen = new Set<InfaasVariant>();
  const replicas = feasible.flatMap((own) => {
    if (own.variants.some((variant) => chosen.has(variant))) return [];
    const load = pickLoad(own, fleet.viewOf([]), params);
    if (load === undefined) return [];
    chosen.add(load.variant);
    fleet.expectLoad(load.variant, load.worker);
    return [{ variant: load.variant.option.variant, worker: load.worker }];
  });
  return countReplicas(replicas);
}
