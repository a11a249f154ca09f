// A query in the simulation.

import type { PartialObjective, ReplicaRoute } from '@pareto/core';
import type { RouterQuery } from '@pareto/policy';

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

/** A query of a router. */
export interface RoutedQuery extends ClientQuery {
  /** Set if a worker has dropped or lost the query after it was queued there last. */
  isDropped: boolean;
  /** Set once the query was held, which a timer ends. */
  isTimed: boolean;
}

/** A query that was sent to a replica. */
export interface SentQuery {
  readonly query: RouterQuery<RoutedQuery>;
  readonly replica: ReplicaRoute;
  /** Time that the worker has. */
  readonly leftMs: number;
  /** The way to the worker, as the network knows it. */
  link: Link | undefined;
}

/** The way from a router to a worker. */
export interface Link {
  /** The router's view of the process of the worker. */
  watched: WatchedProcess;
}

export interface WatchedProcess {
  /** Notes that a query was sent to the worker. */
  sent(now: number): void;
  /** Time at which a query was last answered by the worker. */
  answeredAt: number;
  /** Queries that a worker which hangs has not answered. */
  unanswered: SentQuery[];
}
