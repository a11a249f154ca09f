// A ready replica without queries, for the tests of baselines.

import { variantId, type WorkerInfo } from '@pareto/core';
import type { ServingReplica } from '../../../src/policies/serving-policy.js';

export const servingReplica = (
  variant: string,
  worker: WorkerInfo,
  fields: Partial<ServingReplica> = {},
): ServingReplica => ({
  ...{ id: `${variant} ${worker.id}`, variant: variantId(variant), task: 'images', worker, state: 'ready', readyAt: 0 },
  ...{ queue: [], inFlight: 0, running: 0, expectedEndAt: 0, sent: 0, answered: 0 },
  ...fields,
});
