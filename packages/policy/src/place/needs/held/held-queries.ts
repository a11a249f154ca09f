// Needs of queries that routers hold for a cold variant.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States one replica for each variant with held queries, the most urgent first. */
export const heldQueries: NeedSource = {
  name: 'held',
  priority: 10,
  needs: ({ snapshot, options }) =>
    snapshot.held.map((id) =>
      createNeed(id, options.served.get(id) ?? [], { reason: 'queries are held for it', returns: 'evicting' }),
    ),
};
