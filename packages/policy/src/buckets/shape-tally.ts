// The shapes of the inputs that a replica runs, and how long their first runs took.

import type { ObservedShapes, Shapes } from '@pareto/core';

export interface ShapeTally {
  /** Counts a batch. `computeMs` is the time that it took. */
  observe(shapes: Shapes, items: number, computeMs: number): void;
  /** Returns the shapes with the most items. */
  readonly observed: readonly ObservedShapes[];
}

/** Number of shapes that are counted, and of those that are reported. A shape beyond it replaces the rarest one. */
const [maxCounted, maxReported] = [128, 32];
/** Number of runs whose slowest one counts as the time of the shape. */
const firstRuns = 2;

interface Count {
  readonly shapes: Shapes;
  items: number;
  runs: number;
  itemMs: number;
}

export function createShapeTally(): ShapeTally {
  const counts = new Map<string, Count>();
  function countOf(shapes: Shapes): Count {
    const key = JSON.stringify(shapes);
    const known = counts.get(key);
    if (known !== undefined) return known;
    if (counts.size >= maxCounted) {
      const [rarest] = [...counts].reduce((a, b) => (b[1].items < a[1].items ? b : a));
      counts.delete(rarest);
    }
    const added = { shapes, items: 0, runs: 0, itemMs: 0 };
    counts.set(key, added);
    return added;
  }
  return {
    observe(shapes, items, computeMs) {
      const count = countOf(shapes);
      count.items += items;
      if (count.runs++ < firstRuns) count.itemMs = Math.max(count.itemMs, computeMs / items);
    },
    get observed() {
      const most = [...counts.values()].toSorted((a, b) => b.items - a.items);
      return most.slice(0, maxReported).map(({ shapes, items, itemMs }) => ({ shapes, items, itemMs }));
    },
  };
}
