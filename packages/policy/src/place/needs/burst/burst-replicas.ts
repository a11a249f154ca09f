// Needs for bursts: more replicas of what has demand, where they cost nothing.

import type { Assignment, HardwareClassId } from '@pareto/core';
import { createCompute } from '../../context/compute.js';
import type { VariantDemand } from '../../context/divide-demand.js';
import type { Share } from '../../context/share.js';
import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** Part of the free time of the slots that keeps replicas on the other classes: where the rate varies around a limit, they would come and go. */
const keptPart = 0.8;

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
    const hasTime = (hardwareClass: HardwareClassId, part = 1): boolean =>
      compute.left(hardwareClass) >= part * burstFreePart * all.left(hardwareClass);
    const held = new Set(snapshot.replicas.map(({ assignment }) => keyOf(assignment)));
    /** Returns the load of a demand on the classes that a solution does not use for it, as if each answered all of it. */
    const otherShares = (
      { variant, options, itemsPerSecond }: VariantDemand,
      shares: readonly Share[],
    ): readonly Share[] => {
      const used = new Set(shares.map(({ option }) => option.hardwareClass));
      const others = options.filter((option) => isHosted(option) && !used.has(option.hardwareClass));
      return others
        .filter(({ hardwareClass }) =>
          hasTime(hardwareClass, held.has(keyOf({ variant, hardwareClass })) ? keptPart : 1),
        )
        .map((option) => ({ option, replicas: 0, load: itemsPerSecond * option.secondsPerItem }));
    };
    const replicasFor = ({ option, load }: Share): Share => {
      const replicas = Math.min(maxBurstReplicas, Math.ceil((burstFactor * load) / targetUtilisation));
      return { option, replicas, load: 0 };
    };
    const needOf = (demand: VariantDemand, shares: readonly Share[]) =>
      createNeed(demand.variant, demand.options, {
        shares: [...shares.filter(({ option }) => hasTime(option.hardwareClass)), ...otherShares(demand, shares)].map(
          replicasFor,
        ),
        reason: 'for bursts of the demand, and memory is free',
        ...{ evicts: false, opensWorkers: false, leavesFree: burstFreePart },
      });
    return demands.flatMap((demand) => (demand.shares === undefined ? [] : [needOf(demand, demand.shares)]));
  },
};

const keyOf = ({ variant, hardwareClass }: Pick<Assignment, 'variant' | 'hardwareClass'>): string =>
  `${variant} ${hardwareClass}`;
