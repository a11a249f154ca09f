// A router's report of the queries of one window.

import type { LatencyCounts, Milliseconds, Objective, VariantId } from '@pareto/core';

export interface DemandReport {
  /** Time since the last report of the router. */
  readonly windowMs: Milliseconds;
  readonly entries: readonly DemandEntry[];
  readonly limitsReached: readonly LimitCount[];
}

/** Queries of one target with similar objectives. */
export interface DemandEntry {
  readonly tenant: string;
  readonly target: string;
  /** Strictest objective of the queries. */
  readonly objective: Objective;
  /** Items of the queries that arrived. Each query is counted once, whatever its outcome. */
  readonly offeredItems: number;
  /** Number of answered and refused queries. `items` is the number of their items. */
  readonly requests: number;
  readonly items: number;
  readonly refused: number;
  /** Number of the refused queries that no variant can meet, whatever the load. */
  readonly infeasible: number;
  readonly violations: number;
  readonly failed: number;
  /** Number of queries that wait for each cold variant. */
  readonly held: ReadonlyMap<VariantId, number>;
  readonly itemsByVariant: ReadonlyMap<VariantId, number>;
  readonly latencyCounts: LatencyCounts;
}

/** A limit that a router reached in the last minute, and how often. */
export interface LimitCount {
  readonly limit: string;
  readonly count: number;
}
