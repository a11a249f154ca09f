// The batch that a free replica can start without answering its first query late.

import { p50At, p95At } from '@pareto/policy';
import type { ServingReplica } from '../../policies/serving-policy.js';
import type { ScalableOption } from './scalable-option.js';

export interface TimelyBatch {
  /** Number of queries. 0 if the first one would be late even alone, by the median. */
  readonly count: number;
  /** Number of queries that the replica takes at most, for the objective of the first one. */
  readonly limit: number;
}

/** Returns the most queries with which the first one is answered in time by the p95, and that query alone if there are none. */
export function timelyBatch(
  { queue }: Pick<ServingReplica, 'queue'>,
  option: ScalableOption,
  now: number,
): TimelyBatch {
  const [first] = queue;
  const limit = (first && option.modes[first.stream]?.batch) ?? 1;
  if (first === undefined || now + p50At(option.profile, 1) > first.dueAt) return { count: 0, limit };
  let count = Math.min(queue.length, limit);
  while (count > 1 && now + p95At(option.profile, count) > first.dueAt) count -= 1;
  return { count, limit };
}
