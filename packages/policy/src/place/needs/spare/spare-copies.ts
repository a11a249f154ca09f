// Needs for copies of the required variants, so that the loss of a worker has no effect, and for the variants of idle tasks.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';
import { isMeasured } from '../unmeasured/unmeasured-models.js';

/**
 * States `copies` replicas of each required variant that is measured, on different workers, where memory is free. An idle
 * task has no others.
 */
export const spareCopies: NeedSource = {
  name: 'spare',
  priority: 70,
  needs: (context) =>
    context.required
      .filter(({ id }) => isMeasured(context, id))
      .map(({ id, options, isIdle }) =>
        createNeed(id, options, {
          amount: { replicas: context.params.copies },
          reason: isIdle ? 'its task is idle, and memory is free' : 'spare copy of a required variant',
          ...{ evicts: false, opensWorkers: false },
          spread: true,
          returnMs: isIdle ? context.params.idleMs : undefined,
        }),
      ),
};
