// The replicas that each task has without demand.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States one replica of each required variant. */
export const taskMinimum: NeedSource = {
  name: 'minimum',
  priority: 30,
  needs: ({ required, options }) =>
    required.map((id) =>
      createNeed(id, options.served.get(id) ?? [], {
        reason: 'required: cheapest, most accurate or pinned of its task',
      }),
    ),
};
