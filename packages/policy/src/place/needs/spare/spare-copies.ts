// Needs for copies of the required variants, so that the loss of a worker has no effect.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';
import { isMeasured } from '../unmeasured/unmeasured-models.js';

/** States `copies` replicas of each required variant that is measured, on different workers, where memory is free. */
export const spareCopies: NeedSource = {
  name: 'spare',
  priority: 70,
  needs: (context) =>
    context.required
      .filter((id) => isMeasured(context, id))
      .map((id) =>
        createNeed(id, context.options.served.get(id) ?? [], {
          amount: { replicas: context.params.copies },
          reason: 'spare copy of a required variant',
          evicts: false,
          spread: true,
        }),
      ),
};
