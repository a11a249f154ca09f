// When a simulated fleet is whole, and at rest.

import { systemClock } from '@pareto/core';
import { waitFor } from '@pareto/testkit';
import { progress } from '../report.js';
import type { Observation } from './simulate.js';
import type { Simulation } from './simulation.js';

export interface FleetSize {
  readonly workers: number;
  readonly routers: number;
  /** Everyone has at least one replica. */
  readonly tasks: number;
}

/** All are connected, and every table shows every replica that there is. */
export const isWhole = (seen: Observation, size: FleetSize): boolean =>
  areBack(seen, size) &&
  seen.replicas >= size.tasks &&
  seen.minRows === seen.replicas &&
  seen.maxRows === seen.replicas;

export const areBack = (seen: Observation, size: FleetSize): boolean =>
  seen.workers === size.workers && seen.routers === size.routers;

const restMs = 5_000;
const tellMs = 5_000;

/** Until it is whole and nothing has been placed for some seconds; answers how long that took, rest excluded. */
export async function settle(simulation: Simulation, size: FleetSize): Promise<number> {
  const startedAt = systemClock.now();
  let rest: { readonly replicas: number; readonly since: number } = { replicas: 0, since: startedAt };
  let toldAt: number = startedAt;
  await waitFor(
    'the fleet to settle',
    () => {
      const seen = simulation.seen();
      const now = systemClock.now();
      if (seen === undefined) return undefined;
      if (now - toldAt > tellMs) {
        toldAt = now;
        const { workers, replicas, ready, minRows } = seen;
        progress(`  ${workers} workers, ${replicas} replicas, ${ready} ready, ${minRows} in tables`);
      }
      if (seen.replicas !== rest.replicas || !isWhole(seen, size)) rest = { replicas: seen.replicas, since: now };
      return now - rest.since > restMs || undefined;
    },
    300_000,
  );
  return rest.since - startedAt;
}
