// Needs for copies of the required variants, so that the loss of a worker has no effect.

import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States `copies` replicas of each required variant on different workers, where memory is free. */
export const spareCopies: NeedSource = {
  name: 'spare',
  priority: 70,
  needs: ({ required, options, params }) =>
    required.map((id) =>
      createNeed(id, options.served.get(id) ?? [], {
        amount: { replicas: params.copies },
        reason: 'spare copy of a required variant',
        evicts: false,
        spread: true,
      }),
    ),
};
