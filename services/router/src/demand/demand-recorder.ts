// What is asked of this router, by target and objective: told to the controller each second, a held query at once.

import { milliseconds, type Clock, type VariantId } from '@pareto/core';
import { objectiveToWire, type wire } from '@pareto/rpc';
import type { Runnable } from '@pareto/service';
import type { Asked } from '../query/resolve.js';

export interface DemandRecorder extends Runnable {
  answered(asked: Asked, variant: VariantId, isViolation: boolean): void;
  refused(asked: Asked): void;
  /** A query begins to wait for a variant; dispose when it no longer does. */
  held(asked: Asked, variant: VariantId): Disposable;
}

export interface DemandOptions {
  /** False when nobody takes it now: it is kept and sent with the next. */
  readonly send: (demand: wire.DemandInput) => boolean;
  readonly clock: Clock;
}

interface Entry {
  readonly target: string;
  readonly objective: wire.ObjectiveInput | null;
  requests: number;
  items: number;
  refused: number;
  violations: number;
  readonly held: Map<VariantId, number>;
  readonly itemsByVariant: Map<VariantId, number>;
}

const reportEveryMs = milliseconds(1_000);
const urgentMs = 2;
const urgentRetryMs = 100;
const largestEntries = 256;
/** Beyond this many at once, new ones are merged from the start. */
const keptEntries = 4_096;

export function createDemandRecorder({ send, clock }: DemandOptions): DemandRecorder {
  let entries = new Map<string, Entry>();
  let since = clock.now();
  let timer: Disposable | undefined;
  let urgent: Disposable | undefined;

  function entryOf(asked: Asked): Entry {
    const key = keyOf(asked);
    const known = entries.get(key);
    if (known !== undefined) return known;
    const isRest = entries.size >= keptEntries;
    const entry = isRest ? (entries.get('') ?? createEntry('', null)) : entryFor(asked);
    entries.set(isRest ? '' : key, entry);
    return entry;
  }
  /** False when nobody took it. */
  function report(): boolean {
    const now = clock.now();
    const windowMs = now - since;
    if (entries.size > 0 && !send({ windowMs, entries: largest([...entries.values()]) })) return false;
    since = now;
    // What is held is still so in the next window.
    entries = new Map(
      [...entries].filter(([, entry]) => entry.held.size > 0).map(([key, entry]) => [key, renew(entry)]),
    );
    return true;
  }
  /** Those that begin to wait together are told together. */
  function reportSoon(delayMs: number): void {
    urgent ??= clock.after(milliseconds(delayMs), () => {
      urgent = undefined;
      if (!report()) reportSoon(urgentRetryMs);
    });
  }
  function count(entry: Entry, asked: Asked): void {
    entry.requests += 1;
    entry.items += asked.items;
  }
  function tick(): void {
    report();
    timer = clock.after(reportEveryMs, tick);
  }

  return {
    name: 'demand',
    answered(asked, variant, isViolation) {
      const entry = entryOf(asked);
      count(entry, asked);
      if (isViolation) entry.violations += 1;
      add(entry.itemsByVariant, variant, asked.items);
    },
    refused(asked) {
      const entry = entryOf(asked);
      count(entry, asked);
      entry.refused += 1;
    },
    held(asked, variant) {
      add(entryOf(asked).held, variant, 1);
      reportSoon(urgentMs);
      return { [Symbol.dispose]: () => add(entryOf(asked).held, variant, -1) };
    },
    start: async () => tick(),
    stop: async () => {
      timer?.[Symbol.dispose]();
      urgent?.[Symbol.dispose]();
    },
  };
}

const keyOf = ({ entry, objective: o }: Asked): string =>
  `${entry.name} ${o.latencyMs} ${o.minAccuracy} ${o.accuracyBound} ${o.maxCostPer1k} ${o.class} ${o.degrade}`;

const entryFor = ({ entry, objective }: Asked): Entry => createEntry(entry.name, objectiveToWire(objective));

function createEntry(target: string, objective: wire.ObjectiveInput | null): Entry {
  const counts = { requests: 0, items: 0, refused: 0, violations: 0 };
  return { target, objective, ...counts, held: new Map(), itemsByVariant: new Map() };
}

const renew = (entry: Entry): Entry => ({ ...createEntry(entry.target, entry.objective), held: entry.held });

function add(counts: Map<VariantId, number>, key: VariantId, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

/** The largest entries; the rest are merged under an empty target. */
function largest(entries: readonly Entry[]): wire.DemandEntryInput[] {
  const named = entries.filter(({ target }) => target !== '');
  const sorted = named.toSorted((a, b) => b.held.size - a.held.size || b.requests - a.requests);
  const rest = [...sorted.slice(largestEntries), ...entries.filter(({ target }) => target === '')];
  const merged = rest.length === 0 ? [] : [rest.reduce(merge, createEntry('', null))];
  return [...sorted.slice(0, largestEntries), ...merged].flatMap(toWire);
}

function merge(sum: Entry, entry: Entry): Entry {
  sum.requests += entry.requests;
  sum.items += entry.items;
  sum.refused += entry.refused;
  sum.violations += entry.violations;
  for (const [variant, items] of entry.itemsByVariant) add(sum.itemsByVariant, variant, items);
  return sum;
}

/** One message; one more for each further variant that its queries are held for. */
function toWire(entry: Entry): wire.DemandEntryInput[] {
  const { target, objective, requests, items, refused, violations } = entry;
  const [first, ...others] = [...entry.held].map(([heldVariant, held]) => ({ heldVariant, held }));
  const base = { tenant: 'default', target, objective };
  const itemsByVariant = Object.fromEntries(entry.itemsByVariant);
  return [
    { ...base, requests, items, refused, violations, itemsByVariant, ...first },
    ...others.map((held) => ({ ...base, ...held })),
  ];
}
