// Builds routing tables in domain types, without wire messages.

import { milliseconds, type Candidate, type RoutingTable } from '@pareto/core';
import {
  buildCandidate,
  buildPoint,
  buildProfile,
  buildReplicaRoute,
  buildRoutingTable,
  buildTargetEntry,
} from '@pareto/testkit';

/**
 * Returns a table with one task, whose variants take `ms` per item. Replicas are named `NAME-0`, `NAME-1` and so on.
 */
export function domainTable(
  variants: Readonly<Record<string, { readonly ms: number; readonly replicas: number }>>,
): RoutingTable {
  const loadTimes = { loadMs: milliseconds(1), coldLoadMs: milliseconds(1) };
  const candidates = Object.entries(variants).map(([name, { ms, replicas }], index): Candidate =>
    buildCandidate(name, {
      index,
      profile: buildProfile([buildPoint(1, ms)], loadTimes),
      costPer1k: index + 1,
      replicas: Array.from({ length: replicas }, (_, i) =>
        buildReplicaRoute(`${name}-${i}`, { address: `w:${i}`, batchCeiling: 1 }),
      ),
    }),
  );
  return buildRoutingTable([buildTargetEntry(candidates)], candidates);
}
