// Numbers of cells: one for each class of objectives of a target, and one for each variant that answered such queries.
// Sums of demand are arrays of cells, so that adding them up needs no look-up by name.

import type { Milliseconds, Objective, VariantId } from '@pareto/core';

/**
 * Maximum number of classes of a target in a sum. Queries of further classes are counted together, so that sums are
 * bounded whatever objectives clients set.
 */
export const maxClasses = 64;
export const otherClasses = '';

/** The classes of a target of a tenant. */
export interface TargetCells {
  readonly tenant: string;
  readonly target: string;
  readonly classes: Map<string, ClassCells>;
}

/** A class of objectives: the cells of its offered items, of those that were missed, and of those that each variant answered. */
export interface ClassCells {
  readonly owner: TargetCells;
  readonly name: string;
  readonly cell: number;
  /** The cell of missed items. Undefined if there are none. */
  missed: number | undefined;
  readonly variants: Map<VariantId, number>;
  /** The objective that was reported last. Equal ones of other reports are replaced by it, so that they are one object. */
  objective: Objective;
}

export interface CellTable {
  /** Highest number of cells at a time. Each cell is smaller. */
  readonly size: number;
  /** Sets the time at which cells are used, and drops those that were not used for `unusedMs`. */
  advance(now: Milliseconds): void;
  /** Returns the classes of a target. They are kept as long as one of them is. */
  targetOf(tenant: string, target: string): TargetCells;
  /** Returns a class, and counts it as used. */
  classOf(owner: TargetCells, name: string, objective: Objective): ClassCells;
  /** Returns the cell of the missed items, and counts it as used. */
  missedCell(ofClass: ClassCells): number;
  /** Returns the cell of a variant, and counts it as used. */
  variantCell(ofClass: ClassCells, variant: VariantId): number;
}

/**
 * Creates a table that keeps cells for `unusedMs` to twice that after their last use. Then their numbers are given to
 * other cells, so sums must not be read for longer than `unusedMs`.
 */
export function createCellTable(unusedMs: number): CellTable {
  const targets = new Map<string, TargetCells>();
  const usedAt: number[] = [];
  const free: number[] = [];
  let [now, dropAt] = [0, 0];

  function createCell(): number {
    const cell = free.pop() ?? usedAt.length;
    usedAt[cell] = now;
    return cell;
  }
  /** Frees a cell that was not used for `unusedMs`. Returns whether it did. */
  function freeUnused(cell: number): boolean {
    if (now - (usedAt[cell] ?? 0) < unusedMs) return false;
    free.push(cell);
    return true;
  }
  function dropUnused(): void {
    for (const [key, { classes }] of targets) {
      for (const [name, ofClass] of classes) {
        const { cell, missed, variants } = ofClass;
        for (const [variant, own] of variants) if (freeUnused(own)) variants.delete(variant);
        if (missed !== undefined && freeUnused(missed)) ofClass.missed = undefined;
        if (freeUnused(cell)) classes.delete(name);
      }
      if (classes.size === 0) targets.delete(key);
    }
  }

  return {
    get size() {
      return usedAt.length;
    },
    advance(time) {
      now = time;
      if (now < dropAt) return;
      dropUnused();
      dropAt = now + unusedMs;
    },
    targetOf(tenant, target) {
      const key = `${tenant} ${target}`;
      const known = targets.get(key);
      if (known !== undefined) return known;
      const created = { tenant, target, classes: new Map() };
      targets.set(key, created);
      return created;
    },
    classOf(owner, name, objective) {
      const known = owner.classes.get(name);
      if (known !== undefined) {
        usedAt[known.cell] = now;
        if (!isSameObjective(known.objective, objective)) known.objective = objective;
        return known;
      }
      const created = { owner, name, cell: createCell(), missed: undefined, variants: new Map(), objective };
      owner.classes.set(name, created);
      return created;
    },
    missedCell(ofClass) {
      const cell = (ofClass.missed ??= createCell());
      usedAt[cell] = now;
      return cell;
    },
    variantCell({ variants }, variant) {
      const known = variants.get(variant);
      if (known !== undefined) {
        usedAt[known] = now;
        return known;
      }
      const created = createCell();
      variants.set(variant, created);
      return created;
    },
  };
}

const isSameObjective = (a: Objective, b: Objective): boolean =>
  a.latencyMs === b.latencyMs &&
  a.minAccuracy === b.minAccuracy &&
  a.maxCostPer1k === b.maxCostPer1k &&
  a.accuracyBound === b.accuracyBound &&
  a.class === b.class &&
  a.degrade === b.degrade &&
  a.prefer === b.prefer;
