// Needs of the demand that routers report.

import { lackOfSlots } from '../../context/lack-of-slots.js';
import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States the items per second of each variant with demand, those with different times one after another. Dominated variants evict nothing, because only clients that
 * name them, or whose accuracy floor is above their dominator, cause their demand.
 */
export const measuredDemand: NeedSource = {
  name: 'demand',
  priority: 20,
  needs: (context) =>
    context.demands.map(({ variant, options, itemsPerSecond, lackingPerSecond = 0, shares }) => {
      const isDominated = options[0]?.variant.dominatedBy !== undefined;
      return createNeed(variant, options, {
        amount: { itemsPerSecond },
        ...(shares !== undefined && { shares }),
        ...(lackingPerSecond > 0 && { problem: lackOfSlots(context, options, lackingPerSecond) }),
        reason: 'demand',
        evicts: !isDominated,
        returns: 'free',
      });
    }),
};
