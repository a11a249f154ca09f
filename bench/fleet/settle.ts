// Waits until a simulated fleet is complete and stable.

import { systemClock } from '@pareto/core';
import { waitFor } from '@pareto/testkit';
import { progress } from '../report.js';
import type { Observation } from './simulate.js';
import type { Simulation } from './simulation.js';

export interface FleetSize {
  readonly workers: number;
  readonly routers: number;
  readonly tasks: number;
  readonly modelsPerTask: number;
}

/** Returns whether all are connected, every model has a replica, and every table contains every replica. */
export const isComplete = (seen: Observation, size: FleetSize): boolean =>
  areConnected(seen, size) &&
  seen.variants === size.tasks * size.modelsPerTask &&
  seen.minRows === seen.replicas &&
  seen.maxRows === seen.replicas;

export const areConnected = (seen: Observation, size: FleetSize): boolean =>
  seen.workers === size.workers && seen.routers === size.routers;

const restMs = 5_000;
const logEveryMs = 5_000;

/** Waits until the fleet is complete and no replica was placed for 5 s. Returns the time at which these 5 s began. */
export async function settle(simulation: Simulation, size: FleetSize): Promise<number> {
  const startedAt = systemClock.now();
  let rest: { readonly replicas: number; readonly since: number } = { replicas: 0, since: startedAt };
  let loggedAt: number = startedAt;
  await waitFor(
    'the fleet to settle',
    () => {
      const seen = simulation.observe();
      const now = systemClock.now();
      if (seen === undefined) return undefined;
      if (now - loggedAt > logEveryMs) {
        loggedAt = now;
        const { workers, replicas, ready, minRows } = seen;
        progress(`  ${workers} workers, ${replicas} replicas, ${ready} ready, ${minRows} in tables`);
      }
      if (seen.replicas !== rest.replicas || !isComplete(seen, size)) rest = { replicas: seen.replicas, since: now };
      return now - rest.since > restMs || undefined;
    },
    300_000,
  );
  return rest.since;
}
