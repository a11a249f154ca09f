// Needs of the demand that routers report.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States the items per second of each variant with demand. Dominated variants evict nothing, because only clients that
 * name them, or whose accuracy floor is above their dominator, cause their demand.
 */
export const measuredDemand: NeedSource = {
  name: 'demand',
  priority: 20,
  needs: ({ snapshot, options }) =>
    Array.from(snapshot.demand, ([id, itemsPerSecond]) => {
      const own = options.served.get(id) ?? [];
      const isDominated = own[0]?.variant.dominatedBy !== undefined;
      return createNeed(id, own, {
        amount: { itemsPerSecond },
        reason: 'demand',
        evicts: !isDominated,
        returns: 'free',
      });
    }),
};
