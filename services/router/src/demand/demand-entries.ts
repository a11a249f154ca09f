// Counts the demand of one reporting window by target and objective.

import type { VariantId } from '@pareto/core';
import { objectiveToWire, type wire } from '@pareto/rpc';
import type { ResolvedQuery } from '../resolve/resolve.js';

interface Entry {
  readonly target: string;
  readonly objective: wire.ObjectiveInput | null;
  requests: number;
  items: number;
  refused: number;
  violations: number;
  failed: number;
  readonly held: Map<VariantId, number>;
  readonly itemsByVariant: Map<VariantId, number>;
  readonly latencyCounts: Map<number, number>;
}

export interface Entries {
  /** Returns the entry of the query's target and objective. */
  entryOf(resolved: ResolvedQuery): Entry;
  /** Counts one more query and returns its entry. */
  count(resolved: ResolvedQuery): Entry;
  /** Returns the largest entries. The rest are merged under an empty target. */
  topEntries(): wire.DemandEntryInput[];
  /** Starts a new window. Held queries stay counted. */
  startWindow(): void;
}

const maxSentEntries = 256;
/** Maximum number of entries per window. Queries of further ones are counted in the merged entry. */
const maxEntries = 4_096;

export function createEntries(): Entries {
  let entries = new Map<string, Entry>();

  function entryOf(resolved: ResolvedQuery): Entry {
    const key = keyOf(resolved);
    const known = entries.get(key);
    if (known !== undefined) return known;
    const isRest = entries.size >= maxEntries;
    const entry = isRest ? (entries.get('') ?? createEntry('', null)) : newEntryOf(resolved);
    entries.set(isRest ? '' : key, entry);
    return entry;
  }

  return {
    entryOf,
    count(resolved) {
      const entry = entryOf(resolved);
      entry.requests += 1;
      entry.items += resolved.items;
      return entry;
    },
    topEntries: () => topEntries([...entries.values()]),
    startWindow() {
      const held = [...entries].filter(([, entry]) => entry.held.size > 0);
      entries = new Map(held.map(([key, entry]) => [key, withoutCounts(entry)]));
    },
  };
}

const keyOf = ({ entry, objective: o }: ResolvedQuery): string =>
  `${entry.name} ${o.latencyMs} ${o.minAccuracy} ${o.accuracyBound} ${o.maxCostPer1k} ${o.class} ${o.degrade}`;

const newEntryOf = ({ entry, objective }: ResolvedQuery): Entry => createEntry(entry.name, objectiveToWire(objective));

function createEntry(target: string, objective: wire.ObjectiveInput | null): Entry {
  const counts = { requests: 0, items: 0, refused: 0, violations: 0, failed: 0 };
  const maps = { held: new Map(), itemsByVariant: new Map(), latencyCounts: new Map() };
  return { target, objective, ...counts, ...maps };
}

const withoutCounts = (entry: Entry): Entry => ({ ...createEntry(entry.target, entry.objective), held: entry.held });

export function add<Key>(counts: Map<Key, number>, key: Key, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

function topEntries(entries: readonly Entry[]): wire.DemandEntryInput[] {
  const named = entries.filter(({ target }) => target !== '');
  const sorted = named.toSorted((a, b) => b.held.size - a.held.size || b.requests - a.requests);
  const rest = [...sorted.slice(maxSentEntries), ...entries.filter(({ target }) => target === '')];
  const merged = rest.length === 0 ? [] : [rest.reduce(merge, createEntry('', null))];
  return [...sorted.slice(0, maxSentEntries), ...merged].flatMap(toWire);
}

function merge(sum: Entry, entry: Entry): Entry {
  sum.requests += entry.requests;
  sum.items += entry.items;
  sum.refused += entry.refused;
  sum.violations += entry.violations;
  sum.failed += entry.failed;
  for (const [variant, items] of entry.itemsByVariant) add(sum.itemsByVariant, variant, items);
  for (const [bucket, answers] of entry.latencyCounts) add(sum.latencyCounts, bucket, answers);
  return sum;
}

/** Returns one message, plus one for each further variant for which queries of the entry are held. */
function toWire(entry: Entry): wire.DemandEntryInput[] {
  const { target, objective, requests, items, refused, violations, failed } = entry;
  const [first, ...others] = [...entry.held].map(([heldVariant, held]) => ({ heldVariant, held }));
  const base = { tenant: 'default', target, objective };
  const itemsByVariant = Object.fromEntries(entry.itemsByVariant);
  const latencyCounts = Object.fromEntries(entry.latencyCounts);
  return [
    { ...base, requests, items, refused, violations, failed, itemsByVariant, latencyCounts, ...first },
    ...others.map((held) => ({ ...base, ...held })),
  ];
}
