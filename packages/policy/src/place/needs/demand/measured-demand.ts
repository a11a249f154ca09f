// Needs of the demand that routers report.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States the items per second of each variant with demand, those with different times one after another. Dominated variants evict nothing, because only clients that
 * name them, or whose accuracy floor is above their dominator, cause their demand. Nor does demand that a solution does not answer.
 */
export const measuredDemand: NeedSource = {
  name: 'demand',
  priority: 20,
  needs: ({ demands }) =>
    demands.map(({ variant, options, itemsPerSecond, isRest = false, shares }) => {
      const isDominated = options[0]?.variant.dominatedBy !== undefined;
      return createNeed(variant, options, {
        amount: { itemsPerSecond },
        ...(shares !== undefined && { shares }),
        reason: 'demand',
        evicts: !isDominated && !isRest,
        returns: 'free',
      });
    }),
};
