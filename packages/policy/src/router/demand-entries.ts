// Counts the demand of one reporting window by target and class of objectives.

import type { VariantId } from '@pareto/core';
import type { DemandEntry } from '../demand/demand-report.js';
import { strictestOf } from '../demand/objective-class.js';
import type { TargetQuery } from './target-query.js';

/** An entry whose counts change. */
export type CountedEntry = { -readonly [K in keyof DemandEntry]: DemandEntry[K] } & {
  readonly held: Map<VariantId, number>;
  readonly itemsByVariant: Map<VariantId, number>;
  readonly latencyCounts: Map<number, number>;
};

export interface ClassLimits {
  /** Maximum number of classes per window, of all targets together. Queries of further classes are one entry per target. */
  readonly maxClasses: number;
  /** The same for each target. */
  readonly maxClassesOfTarget: number;
}

export interface DemandEntries {
  /** Returns the entry of the query's target and class of objectives. */
  entryOf(query: TargetQuery): CountedEntry;
  all(): readonly CountedEntry[];
  /** Starts a new window. Held queries stay counted. */
  startWindow(): void;
}

const otherClasses = '';

export function createDemandEntries({ maxClasses, maxClassesOfTarget }: ClassLimits): DemandEntries {
  let byTarget = new Map<string, Map<string, CountedEntry>>();
  let size = 0;
  return {
    entryOf({ entry: { name }, objective, objectiveClass }) {
      const classes = byTarget.get(name) ?? new Map<string, CountedEntry>();
      if (classes.size === 0) byTarget.set(name, classes);
      const known = classes.get(objectiveClass);
      if (known !== undefined) return withObjective(known, objective);
      const isRest = size >= maxClasses || classes.size >= maxClassesOfTarget;
      const key = isRest ? otherClasses : objectiveClass;
      const found = classes.get(key);
      if (found !== undefined) return withObjective(found, objective);
      const created = createEntry(name, objective);
      classes.set(key, created);
      size += 1;
      return created;
    },
    all: () => [...byTarget.values()].flatMap((classes) => [...classes.values()]),
    startWindow() {
      const before = byTarget;
      byTarget = new Map();
      size = 0;
      for (const [target, classes] of before) {
        const held = [...classes].filter(([, entry]) => entry.held.size > 0);
        if (held.length > 0) byTarget.set(target, new Map(held.map(([key, entry]) => [key, withoutCounts(entry)])));
        size += held.length;
      }
    },
  };
}

function withObjective(entry: CountedEntry, objective: DemandEntry['objective']): CountedEntry {
  entry.objective = strictestOf(entry.objective, objective);
  return entry;
}

function createEntry(
  target: string,
  objective: DemandEntry['objective'],
  held = new Map<VariantId, number>(),
): CountedEntry {
  const counts = { offeredItems: 0, requests: 0, items: 0, refused: 0, infeasible: 0, violations: 0, failed: 0 };
  return { tenant: 'default', target, objective, ...counts, held, itemsByVariant: new Map(), latencyCounts: new Map() };
}

const withoutCounts = ({ target, objective, held }: CountedEntry): CountedEntry => createEntry(target, objective, held);
