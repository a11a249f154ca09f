// Removes versions of models that were replaced too long ago to be gone back to. Their files are collected later, because
// nothing refers to them any more.

import type { Architecture } from '@pareto/core';
import { planVersionRemoval } from '@pareto/policy';
import { splitOperations, type Operation } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import type { Cluster } from '../cluster/cluster.js';
import { changesOf, claim } from '../registry/name-claims.js';
import { outcomesOf, variantRecords } from '../registry/outcome-variants.js';
import type { RecordView } from '../storage/record-tables.js';
import { architectureKey, measurementsPrefix, outcomeKey, variantKey } from '../storage/records.js';

export interface VersionRemovalOptions {
  readonly cluster: Pick<Cluster, 'clusterView' | 'leader'>;
  /** Returns whether the registry is complete and belongs to the store's current history. */
  readonly ready: () => boolean;
  /** Time for which a version is kept after it was replaced, in ms. 0 means without a limit. */
  readonly keepMs: number;
  readonly logger: Logger;
}

export async function removeVersions(options: VersionRemovalOptions): Promise<void> {
  if (!options.ready()) return;
  for (const name of options.cluster.clusterView().registry.architectures.keys()) await removeVersionsOf(options, name);
}

async function removeVersionsOf({ cluster, keepMs, logger }: VersionRemovalOptions, name: string): Promise<void> {
  const { registry, records, wallMs } = cluster.clusterView();
  const versions = (registry.architectures.get(name) ?? []).map(({ version }) => version);
  const inUse = new Set([...versions.slice(-1), ...(registry.older.get(name) ?? [])]);
  // A rollback to one of the versions changes the record of the name.
  const unchanged = claim(records, name);
  for (const version of planVersionRemoval({ versions, inUse, changes: changesOf(records, name) }, wallMs, keepMs)) {
    for (const part of splitOperations(deletions(records, { name, version })))
      if (!(await cluster.leader.write([unchanged], part))) return;
    logger.info('version removed', { architecture: name, version });
  }
}

/** Returns the deletions of the records of a version. Its counts stay, because those of a task never decrease. */
function deletions(records: RecordView, of: Pick<Architecture, 'name' | 'version'>): readonly Operation[] {
  const { name, version } = of;
  const variants = variantRecords(records, of);
  const keys = [
    ...outcomesOf(records, of).map(outcomeKey),
    ...variants.map(({ id }) => variantKey(id, version)),
    architectureKey(name, version),
  ];
  return [
    ...variants.map(({ id }): Operation => ({ kind: 'delete-prefix', prefix: measurementsPrefix(id, version) })),
    ...keys.map((key): Operation => ({ kind: 'delete', key })),
  ];
}
