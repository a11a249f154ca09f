// Whether a variant may return to a worker from which it was evicted.

import { milliseconds } from '@pareto/core';
import { placeKey } from '../../snapshot/versions.js';
import type { PlanningContext } from '../context/context.js';
import type { Option } from '../context/options.js';
import type { Host } from '../ledger/entry.js';
import type { Need } from '../needs/need.js';

/** The condition of a replica that may be loaded on every worker. */
export const anywhere = (): boolean => true;

/**
 * Returns the condition for workers on which a need may load a variant: not those from which it was evicted within
 * its `returnMs`, or else two needs could evict each other in turns. With `evicts`, the load evicts others.
 */
export function mayReturn(
  { snapshot, params, horizon }: PlanningContext,
  { returns, returnMs = params.returnMs }: Need,
  { variant: { variant } }: Option,
  evicts: boolean,
): (host: Host) => boolean {
  if (returns === 'evicting' || (returns === 'free' && !evicts) || snapshot.evictedAt.size === 0) return anywhere;
  return ({ worker }) => {
    const at = snapshot.evictedAt.get(placeKey(variant.id, variant.version, worker.info.id));
    return at === undefined || horizon.hasCome(milliseconds(at + returnMs));
  };
}
