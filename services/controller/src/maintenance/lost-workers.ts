// Periodic maintenance: removal of workers that have been missing for an hour, and backups of the store.

import { milliseconds, type Clock } from '@pareto/core';
import { backupStore, type Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import type { Cluster } from '../cluster/cluster.js';
import type { FleetRecords } from '../fleet/fleet-records.js';

export interface MaintenanceOptions {
  readonly store: Store;
  readonly cluster: Cluster;
  readonly records: FleetRecords;
  /** Path of the backup. Undefined means no backups. */
  readonly backupFile?: string | undefined;
  readonly backupMinutes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const roundMs = 60_000;

/** Runs a round each minute until the signal aborts, and then writes a last backup. */
export async function runMaintenance(options: MaintenanceOptions, signal: AbortSignal): Promise<void> {
  const { backupMinutes } = options;
  for (let round = 1; await isRoundDue(options, signal); round += 1) {
    if (round % backupMinutes === 0) await backup(options);
    await forgetLost(options);
  }
  await backup(options);
}

/** Returns true after a minute, or false when the signal aborts. */
const isRoundDue = ({ clock }: MaintenanceOptions, signal: AbortSignal): Promise<boolean> =>
  clock.sleep(milliseconds(roundMs), signal).then(
    () => true,
    () => false,
  );

async function forgetLost({ cluster, records, logger }: MaintenanceOptions): Promise<void> {
  if (cluster.leader.term === undefined) return;
  const forgetting = records.forgetLost(cluster.clusterView());
  await forgetting.catch((error: unknown) => logger.warn('removal of worker records failed', { error }));
}

/** Writes a backup. A failure is only logged, so that an unreachable store does not prevent the stop. */
async function backup({ store, backupFile, logger }: MaintenanceOptions): Promise<void> {
  if (backupFile === undefined) return;
  await backupStore(store, backupFile).then(
    (entries) => logger.info('backup written', { file: backupFile, entries }),
    (error: unknown) => logger.error('backup failed', { file: backupFile, error }),
  );
}
