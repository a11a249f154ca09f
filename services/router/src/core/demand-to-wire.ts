// Messages of reports of demand.

import type { DemandEntry, DemandReport } from '@pareto/policy';
import { objectiveToWire, type wire } from '@pareto/protocol';

export const demandToWire = ({ windowMs, entries, limitsReached }: DemandReport): wire.DemandInput => ({
  windowMs,
  entries: entries.flatMap(entryToWire),
  limitsReached: [...limitsReached],
});

/** Returns one message, plus one for each further variant for which queries of the entry are held. */
function entryToWire(entry: DemandEntry): wire.DemandEntryInput[] {
  const { tenant, target, offeredItems, requests, items, refused, infeasible, violations, failed } = entry;
  const [first, ...others] = [...entry.held].map(([heldVariant, held]) => ({ heldVariant, held }));
  const base = { tenant, target, objective: objectiveToWire(entry.objective) };
  const itemsByVariant = Object.fromEntries(entry.itemsByVariant);
  const latencyCounts = Object.fromEntries(entry.latencyCounts);
  const counts = {
    offeredItems,
    requests,
    items,
    refused,
    infeasible,
    violations,
    failed,
    itemsByVariant,
    latencyCounts,
  };
  return [{ ...base, ...counts, ...first }, ...others.map((held) => ({ ...base, ...held }))];
}
