// The replicas that each task has without demand.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';
import { isMeasured } from '../unmeasured/unmeasured-models.js';

/** States one replica of each required variant that is measured, without those of idle tasks. */
export const taskMinimum: NeedSource = {
  name: 'minimum',
  priority: 30,
  needs: (context) =>
    context.required
      .filter(({ id, isIdle }) => !isIdle && isMeasured(context, id))
      .map(({ id, options }) =>
        createNeed(id, options, {
          reason: 'required: cheapest, most accurate or pinned of its task',
        }),
      ),
};
