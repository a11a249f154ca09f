// Needs for bursts: more replicas of what has demand, where they cost nothing.

import { createCompute } from '../../context/compute.js';
import type { VariantDemand } from '../../context/divide-demand.js';
import type { Share } from '../../context/share.js';
import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States replicas for `burstFactor` times the demand that a solution answers, up to `maxBurstReplicas` on each class that can answer it in time and
 * of which all demands leave a part of the slots' time, if workers without replicas cost the same.
 */
export const burstReplicas: NeedSource = {
  name: 'burst',
  priority: 75,
  needs: ({ demands, snapshot, params, isHosted }) => {
    const { releasesHosts, burstFactor, maxBurstReplicas, burstFreePart, targetUtilisation } = params;
    if (releasesHosts) return [];
    const [all, compute] = [createCompute(snapshot, params), createCompute(snapshot, params)];
    for (const { option, load } of demands.flatMap(({ shares = [] }) => shares))
      compute.take(option.hardwareClass, load);
    const hasTime = ({ option: { hardwareClass } }: Share): boolean =>
      compute.left(hardwareClass) >= burstFreePart * all.left(hardwareClass);
    /** Returns the load of a demand on the classes that a solution does not use for it, as if each answered all of it. */
    const otherShares = ({ options, itemsPerSecond }: VariantDemand, shares: readonly Share[]): readonly Share[] => {
      const used = new Set(shares.map(({ option }) => option.hardwareClass));
      return options.flatMap((option) =>
        isHosted(option) && !used.has(option.hardwareClass)
          ? [{ option, replicas: 0, load: itemsPerSecond * option.secondsPerItem }]
          : [],
      );
    };
    const replicasFor = ({ option, load }: Share): Share => {
      const replicas = Math.min(maxBurstReplicas, Math.ceil((burstFactor * load) / targetUtilisation));
      return { option, replicas, load: 0 };
    };
    const needOf = (demand: VariantDemand, shares: readonly Share[]) =>
      createNeed(demand.variant, demand.options, {
        shares: [...shares, ...otherShares(demand, shares)].filter(hasTime).map(replicasFor),
        reason: 'for bursts of the demand, and memory is free',
        ...{ evicts: false, opensWorkers: false, leavesFree: burstFreePart },
      });
    return demands.flatMap((demand) => (demand.shares === undefined ? [] : [needOf(demand, demand.shares)]));
  },
};
