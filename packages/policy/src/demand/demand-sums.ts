// The demand of each class of objectives of each target, from sums by cell.

import { addTo, type Objective, type VariantId } from '@pareto/core';
import type { CellSums } from './cell-sums.js';
import { maxClasses, otherClasses, type CellTable, type ClassCells, type TargetCells } from './cell-table.js';
import { strictestOf } from './objective-class.js';

/** Demand for one target with objectives of one class. */
export interface TargetDemand {
  readonly tenant: string;
  readonly target: string;
  /** Name of the class of objectives. */
  readonly className: string;
  /** Strictest objective of the class. */
  readonly objective: Objective;
  /** Offered items per second. */
  readonly itemsPerSecond: number;
  /** Offered items of the latest second. 0 if less than a second was reported. */
  readonly latestPerSecond: number;
  /** Items per second that a variant could have answered in time, but none did. */
  readonly missedPerSecond: number;
  /** Answered items per second by variant. */
  readonly answered: ReadonlyMap<VariantId, number>;
}

/** Items per second of classes of objectives and of their variants. */
export interface DemandSums {
  readonly items: CellSums;
  /** The classes with their strictest objectives, the first added first. */
  readonly classes: readonly ClassObjective[];
}

/** The demand of one router. */
export interface RecentDemand {
  readonly mean: DemandSums;
  /** Rates of the latest second. Empty if less than a second was reported. */
  readonly latest: DemandSums;
}

interface ClassObjective {
  readonly ofClass: ClassCells;
  readonly objective: Objective;
}

interface ClassDemand extends TargetDemand {
  objective: Objective;
  itemsPerSecond: number;
  latestPerSecond: number;
  missedPerSecond: number;
  readonly answered: Map<VariantId, number>;
}

/** Returns the total demand of each class, the largest first. Classes beyond the maximum of their target are one. */
export function totalDemands(parts: readonly RecentDemand[], { size }: CellTable): readonly TargetDemand[] {
  const items = new Float64Array(size);
  const latest = new Float64Array(size);
  for (const part of parts) addItems(items, part.mean.items);
  for (const part of parts) addItems(latest, part.latest.items);
  const classes = strictestOfEach(
    parts.map(({ mean }) => mean),
    size,
  );
  const demands = listDemands(classes, items, latest);
  return demands.sort((a, b) => b.itemsPerSecond - a.itemsPerSecond);
}

function addItems(items: Float64Array, { cells, values }: CellSums): void {
  const { length } = cells;
  for (let i = 0; i < length; i += 1) {
    const cell = cells[i] ?? 0;
    items[cell] = (items[cell] ?? 0) + (values[i] ?? 0);
  }
}

/** Returns each class with its strictest objective, the first added first. */
function strictestOfEach(parts: readonly DemandSums[], size: number): readonly ClassObjective[] {
  const all: { readonly ofClass: ClassCells; objective: Objective }[] = [];
  const byCell = new Array<(typeof all)[number] | undefined>(size);
  for (const { classes } of parts) {
    for (const { ofClass, objective } of classes) {
      const known = byCell[ofClass.cell];
      if (known === undefined) all.push((byCell[ofClass.cell] = { ofClass, objective }));
      else if (known.objective !== objective) known.objective = strictestOf(known.objective, objective);
    }
  }
  return all;
}

/** Returns the demand of each class, and of all further classes of a target, which are merged. */
function listDemands(classes: readonly ClassObjective[], items: Float64Array, latest: Float64Array): ClassDemand[] {
  const demands: ClassDemand[] = [];
  const counts = new Map<TargetCells, number>();
  const others = new Map<TargetCells, ClassDemand>();
  for (const { ofClass, objective } of classes) {
    const { owner, name } = ofClass;
    const demand = createDemand(ofClass, objective, items, latest);
    const count = counts.get(owner) ?? 0;
    const other = count < maxClasses ? undefined : others.get(owner);
    if (other === undefined) {
      demands.push(demand);
      counts.set(owner, count + 1);
      if (count === maxClasses || name === otherClasses) others.set(owner, demand);
    } else merge(other, demand);
  }
  return demands;
}

function createDemand(
  { owner, name: className, cell, missed, variants }: ClassCells,
  objective: Objective,
  items: Float64Array,
  latest: Float64Array,
): ClassDemand {
  const answered = new Map<VariantId, number>();
  for (const [variant, own] of variants) {
    const count = items[own] ?? 0;
    if (count > 0) answered.set(variant, count);
  }
  const rates = {
    itemsPerSecond: items[cell] ?? 0,
    latestPerSecond: latest[cell] ?? 0,
    missedPerSecond: missed === undefined ? 0 : (items[missed] ?? 0),
  };
  return { tenant: owner.tenant, target: owner.target, className, objective, ...rates, answered };
}

function merge(
  into: ClassDemand,
  { objective, itemsPerSecond, latestPerSecond, missedPerSecond, answered }: TargetDemand,
): void {
  into.objective = strictestOf(into.objective, objective);
  into.itemsPerSecond += itemsPerSecond;
  into.latestPerSecond += latestPerSecond;
  into.missedPerSecond += missedPerSecond;
  for (const [variant, items] of answered) addTo(into.answered, variant, items);
}
