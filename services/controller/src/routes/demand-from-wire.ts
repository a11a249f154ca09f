// Reads the reports of demand that routers send.

import {
  fallbackObjective,
  milliseconds,
  resolveObjective,
  variantId,
  type Objective,
  type PartialObjective,
  type VariantId,
} from '@pareto/core';
import type { DemandEntry, DemandReport } from '@pareto/policy';
import { objectiveFromWire, type wire } from '@pareto/protocol';

/** Throws `invalid-argument` if an objective is out of range. */
export const demandFromWire = ({ windowMs, entries, limitsReached }: wire.Demand): DemandReport => ({
  windowMs: milliseconds(windowMs),
  entries: entries.map(entryFromWire),
  limitsReached,
});

function entryFromWire(message: wire.DemandEntry): DemandEntry {
  const { tenant, target, requests, items, refused, infeasible, violations, failed, held, heldVariant } = message;
  const itemsByVariant = countsFromWire(message.itemsByVariant, variantId);
  return {
    ...{ tenant, target, requests, items, refused, infeasible, violations, failed, itemsByVariant },
    objective: resolvedFrom(objectiveFromWire(message.objective)),
    offeredItems: message.offeredItems ?? estimateOffered(message, itemsByVariant),
    held: new Map(held > 0 && heldVariant !== '' ? [[variantId(heldVariant), held]] : []),
    latencyCounts: countsFromWire(message.latencyCounts, Number),
  };
}

/** Routers of earlier releases send no preference. The objective of queries that state none is the fallback there, by which they prefer accuracy. */
function resolvedFrom(sent: PartialObjective): Objective {
  const objective = resolveObjective(sent);
  const { latencyMs, minAccuracy, maxCostPer1k } = objective;
  const isFallback = latencyMs === fallbackObjective.latencyMs && (minAccuracy ?? maxCostPer1k) === undefined;
  return { ...objective, prefer: sent.prefer ?? (isFallback ? 'accuracy' : 'cost') };
}

function countsFromWire<Key>(
  message: Readonly<Record<string, number>>,
  keyOf: (name: string) => Key,
): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>();
  for (const [name, count] of Object.entries(message)) counts.set(keyOf(name), count);
  return counts;
}

/**
 * Returns the offered items of an entry of a router of release 0.3, which does not send them: the answered items, and as
 * many for each refused or failed query as for each answered one, or one if none was answered. It does not use
 * `items`, which includes those of refused queries: clients may state any number of them.
 */
function estimateOffered(
  { requests, refused, failed }: wire.DemandEntry,
  itemsByVariant: ReadonlyMap<VariantId, number>,
): number {
  const answeredItems = [...itemsByVariant.values()].reduce((sum, items) => sum + items, 0);
  const answered = requests - refused;
  const itemsPerQuery = answered > 0 ? answeredItems / answered : 1;
  return answeredItems + (refused + failed) * itemsPerQuery;
}
