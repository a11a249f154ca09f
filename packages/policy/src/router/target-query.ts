// A query that was resolved with a routing table.

import type { Objective, Shapes, TargetEntry } from '@pareto/core';

/** A query for a target of the routing table. */
export interface TargetQuery {
  readonly entry: TargetEntry;
  readonly items: number;
  /** Shapes of the inputs with dynamic dimensions. Undefined if no profile of the target depends on them. */
  readonly shapes: Shapes | undefined;
  readonly objective: Objective;
  /** Class of the objective in reports of demand. */
  readonly objectiveClass: string;
}
