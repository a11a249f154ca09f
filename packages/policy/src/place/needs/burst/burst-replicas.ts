// Needs for bursts: more replicas of what has demand, where they cost nothing.

import type { VariantDemand } from '../../context/divide-demand.js';
import type { Share } from '../../context/share.js';
import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States replicas for `burstFactor` times the demand that a solution answers, if workers without replicas cost the same. */
export const burstReplicas: NeedSource = {
  name: 'burst',
  priority: 75,
  needs: ({ demands, params }) => {
    const { releasesHosts, burstFactor, burstFreePart, targetUtilisation } = params;
    const replicasFor = ({ option, load }: Share): Share => {
      const replicas = Math.ceil((burstFactor * load) / targetUtilisation);
      return { option, replicas, load: 0 };
    };
    const needOf = ({ variant, options, shares = [] }: VariantDemand) =>
      createNeed(variant, options, {
        shares: shares.map(replicasFor),
        reason: 'for bursts of the demand, and memory is free',
        ...{ evicts: false, opensWorkers: false, waitsForRest: true, leavesFree: burstFreePart },
      });
    return releasesHosts ? [] : demands.filter(({ shares }) => shares !== undefined).map(needOf);
  },
};
