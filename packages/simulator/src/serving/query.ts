// A query in the simulation.

import type { PartialObjective } from '@pareto/core';

export interface ClientQuery {
  /** Number by which the caller knows the query, or its kind. */
  readonly index: number;
  readonly arrivesAt: number;
  /** Name of the task. */
  readonly target: string;
  /** Objective that the client states. Equal ones are the same object. */
  readonly stated: PartialObjective;
  /** Index of the router that gets the query. */
  readonly router: number;
}

/**
 * End of a query. `rejected`: by the router, by the worker when it arrived there, or because it was held for too long. `dropped`:
 * by the worker, after it was queued, or lost with its worker.
 */
export type QueryEnd = 'answered' | 'rejected' | 'dropped';
