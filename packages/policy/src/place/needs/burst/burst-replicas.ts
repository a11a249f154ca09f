// Needs for bursts: more replicas of what has demand, where they cost nothing.

import { createCompute } from '../../context/compute.js';
import type { VariantDemand } from '../../context/divide-demand.js';
import type { Share } from '../../context/share.js';
import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States replicas for `burstFactor` times the demand that a solution answers, up to `maxBurstReplicas`, on classes of which all demands leave a part of the slots' time,
 * if workers without replicas cost the same.
 */
export const burstReplicas: NeedSource = {
  name: 'burst',
  priority: 75,
  needs: ({ demands, snapshot, params }) => {
    const { releasesHosts, burstFactor, maxBurstReplicas, burstFreePart, targetUtilisation } = params;
    if (releasesHosts) return [];
    const [all, compute] = [createCompute(snapshot, params), createCompute(snapshot, params)];
    for (const { option, load } of demands.flatMap(({ shares = [] }) => shares))
      compute.take(option.hardwareClass, load);
    const hasTime = ({ option: { hardwareClass } }: Share): boolean =>
      compute.left(hardwareClass) >= burstFreePart * all.left(hardwareClass);
    const replicasFor = ({ option, load }: Share): Share => {
      const replicas = Math.min(maxBurstReplicas, Math.ceil((burstFactor * load) / targetUtilisation));
      return { option, replicas, load: 0 };
    };
    const needOf = ({ variant, options, shares = [] }: VariantDemand) =>
      createNeed(variant, options, {
        shares: shares.filter(hasTime).map(replicasFor),
        reason: 'for bursts of the demand, and memory is free',
        ...{ evicts: false, opensWorkers: false, leavesFree: burstFreePart },
      });
    return demands.filter(({ shares }) => shares !== undefined).map(needOf);
  },
};
