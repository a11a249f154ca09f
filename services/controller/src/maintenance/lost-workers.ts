// Removal of workers that have been missing for an hour.

import { milliseconds, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { Cluster } from '../cluster/cluster.js';
import type { FleetRecords } from '../fleet/fleet-records.js';

export interface LostWorkersOptions {
  readonly cluster: Cluster;
  readonly records: FleetRecords;
  readonly clock: Clock;
  readonly logger: Logger;
}

const roundMs = milliseconds(60_000);

/** Removes them each minute until the signal aborts, while this controller leads. */
export async function forgetLostWorkers(options: LostWorkersOptions, signal: AbortSignal): Promise<void> {
  const { cluster, records, clock, logger } = options;
  while (await minuteHasPassed(clock, signal)) {
    if (cluster.leader.term === undefined) continue;
    const forgetting = records.forgetLost(cluster.clusterView());
    await forgetting.catch((error: unknown) => logger.warn('removal of worker records failed', { error }));
  }
}

/** Returns true after a minute, or false when the signal aborts. */
const minuteHasPassed = (clock: Clock, signal: AbortSignal): Promise<boolean> =>
  clock.sleep(roundMs, signal).then(
    () => true,
    () => false,
  );
