// A scenario: what is served, on which fleet, and the queries that arrive.

import type { QueryStream } from '@pareto/workload';
import type { Fault } from './fault.js';
import type { SimulatedFleet } from './fleet.js';
import type { SimulationParams } from './params.js';
import type { SimulatedRegistry } from './registry.js';

/** A replica by its variant and the position of its worker in the fleet. */
export interface AssignedVariant {
  readonly variant: string;
  readonly worker: number;
}

export interface Scenario {
  readonly name: string;
  readonly registry: SimulatedRegistry;
  readonly fleet: SimulatedFleet;
  readonly streams: readonly QueryStream[];
  /** Time during which queries arrive. Later arrivals are ignored. */
  readonly durationMs: number;
  /** Number of routers. Each query is sent to one at random. */
  readonly routers: number;
  readonly faults: readonly Fault[];
  /** Replicas that are assigned before the first turn. None if undefined. Baselines ignore them. */
  readonly replicas?: readonly AssignedVariant[];
  /** Time from the first query to the first turn. The turns begin with the warm-up if undefined. Baselines ignore it. */
  readonly plansAfterMs?: number;
  /** Parameters of the policies and of the cluster. Those of production if undefined. */
  readonly params?: SimulationParams;
  /**
   * Share by which the profiles of each variant that policies see are too high or too low, at random: 0.2 for ±20 %. The batches take the
   * times of the registry. 0 if undefined.
   */
  readonly profileError?: number;
  /** Maximum share by which each point of these profiles is off, at random, because of noise in its measurement. 0 if undefined. */
  readonly profileNoise?: number;
}
