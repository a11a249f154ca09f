// What the writes to the registry need.

import type { Clock } from '@pareto/core';
import type { Leader } from '../leadership/leadership.js';
import type { RunExclusive } from '../leadership/write-queue.js';
import type { Mirror } from '../storage/mirror.js';
import type { ModelRewriteContext } from './rewrite-model.js';

export interface RegisterContext extends ModelRewriteContext {
  readonly mirror: Mirror;
  readonly leader: Leader;
  readonly runExclusive: RunExclusive;
  /** Maximum batch size of models with a dynamic batch. */
  readonly maxBatchSize: number;
  readonly clock: Pick<Clock, 'wallMs'>;
}
