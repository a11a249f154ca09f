// Objectives in the form in which services send them.

import type { PartialObjective } from '@pareto/core';
import type { wire } from '@pareto/protocol';

const prefers = { none: 'PREFER_UNSPECIFIED', cost: 'COST', accuracy: 'ACCURACY' } as const;

type Stated = Omit<PartialObjective, 'latencyMs'> & { readonly latencyMs?: number | undefined };

/** Returns the message of an objective as it would be received. Fields that it does not set are missing or unspecified. */
export const receivedObjective = (objective: Stated): wire.Objective => {
  const { latencyMs, minAccuracy, maxCostPer1k, accuracyBound } = objective;
  return {
    ...(latencyMs === undefined ? {} : { latencyMs, _latencyMs: 'latencyMs' as const }),
    ...(minAccuracy === undefined ? {} : { minAccuracy, _minAccuracy: 'minAccuracy' as const }),
    ...(maxCostPer1k === undefined ? {} : { maxCostPer_1k: maxCostPer1k, _maxCostPer_1k: 'maxCostPer_1k' as const }),
    class: objective.class === 'offline' ? 'OFFLINE' : 'CLASS_UNSPECIFIED',
    degrade: objective.degrade === 'allow' ? 'ALLOW' : 'DEGRADE_UNSPECIFIED',
    accuracyBound: accuracyBound === 'lower95' ? 'LOWER95' : 'POINT',
    prefer: prefers[objective.prefer ?? 'none'],
  };
};
