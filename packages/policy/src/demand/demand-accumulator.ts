// Adds up entries of reports, and sums of them, by cell.

import type { Objective } from '@pareto/core';
import { createCellAccumulator } from './cell-sums.js';
import { maxClasses, otherClasses, type CellTable, type ClassCells, type TargetCells } from './cell-table.js';
import type { DemandEntry } from './demand-report.js';
import type { DemandSums } from './demand-sums.js';
import { objectiveClass, strictestOf } from './objective-class.js';

/** Adds up one sum of demand after another. */
export interface DemandAccumulator {
  /** Adds an entry. Its counts multiplied by `perSecond` are rates. */
  addEntry(entry: DemandEntry, perSecond: number): void;
  /** Adds sums multiplied by `weight`. */
  addSums(sums: DemandSums, weight: number): void;
  /** Returns the sums, and begins again without any. */
  take(): DemandSums;
}

export function createDemandAccumulator(table: CellTable): DemandAccumulator {
  const items = createCellAccumulator();
  const strictest = new Map<ClassCells, Objective>();
  const classCounts = new Map<TargetCells, number>();

  function addClass(ofClass: ClassCells, objective: Objective): void {
    const before = strictest.get(ofClass);
    if (before === objective) return;
    strictest.set(ofClass, before === undefined ? objective : strictestOf(before, objective));
    if (before === undefined) classCounts.set(ofClass.owner, (classCounts.get(ofClass.owner) ?? 0) + 1);
  }
  /** Returns the class of an objective, or that of all further classes if the target has the maximum number. */
  function classOf(owner: TargetCells, objective: Objective): ClassCells {
    const name = objectiveClass(objective);
    const known = owner.classes.get(name);
    const isOwn = (known !== undefined && strictest.has(known)) || (classCounts.get(owner) ?? 0) < maxClasses;
    return table.classOf(owner, isOwn ? name : otherClasses, objective);
  }

  return {
    addEntry(entry, perSecond) {
      const { tenant, target, objective, offeredItems, itemsByVariant } = entry;
      const missed = missedItems(entry);
      if (offeredItems === 0 && missed === 0 && itemsByVariant.size === 0) return;
      const ofClass = classOf(table.targetOf(tenant, target), objective);
      addClass(ofClass, ofClass.objective);
      items.add(ofClass.cell, offeredItems * perSecond);
      if (missed > 0) items.add(table.missedCell(ofClass), missed * perSecond);
      for (const [variant, count] of itemsByVariant) items.add(table.variantCell(ofClass, variant), count * perSecond);
    },
    addSums(sums, weight) {
      items.addAll(sums.items, weight);
      for (const { ofClass, objective } of sums.classes) addClass(ofClass, objective);
    },
    take() {
      const classes = Array.from(strictest, ([ofClass, objective]) => ({ ofClass, objective }));
      strictest.clear();
      classCounts.clear();
      return { items: items.take(), classes };
    },
  };
}

/** Returns the items of the queries that a variant could have answered in time, but none did. */
const missedItems = ({ requests, items, refused, infeasible, violations }: DemandEntry): number =>
  requests === 0 ? 0 : (items * Math.max(0, refused - infeasible + violations)) / requests;
