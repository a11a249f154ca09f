// A cache of results that depend on the presence and the replicas of workers.

import { sameItems } from '@pareto/core';
import type { ClusterView } from './observe.js';

type FleetView = Pick<ClusterView, 'records' | 'registry' | 'fleet' | 'now' | 'leadingSince'>;

/**
 * Creates a function that returns the last result of `compute` while neither the registry nor the given revision of the
 * fleet nor the draining of workers has changed, and no presence may have changed with time.
 */
export function createFleetMemo<View extends FleetView, Result>(
  compute: (view: View) => Result,
  revision: 'revision' | 'membersRevision',
): (view: View) => Result {
  let basis: readonly unknown[] | undefined;
  let validUntil = -Infinity;
  let result: Result;
  return (view) => {
    const { registry, fleet, now, leadingSince } = view;
    const current = [registry, fleet[revision], leadingSince, listDraining(view)];
    if (now < validUntil && sameItems(basis, current)) return result;
    result = compute(view);
    basis = current;
    validUntil = fleet.presenceChangesAt(now, leadingSince);
    return result;
  };
}

/** Returns the ids of the workers that operators drain. Neither the registry nor the fleet has them. */
const listDraining = ({ records }: FleetView): string =>
  Array.from(records.workers.values(), ({ value }) => (value.draining ? value.info.id : '')).join('');
