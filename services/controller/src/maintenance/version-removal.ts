// Removes versions of models that were replaced too long ago to be gone back to. Their files are collected later, because
// nothing refers to them any more. Each leader first observes for a while that a version is not in use.

import type { Architecture } from '@pareto/core';
import { observeUnused, planVersionRemoval, type KeptVersions, type UnusedVersions } from '@pareto/policy';
import type { Operation } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import type { Cluster } from '../cluster/cluster.js';
import { writeUnchanged } from '../leadership/write-all.js';
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

type View = ReturnType<Cluster['clusterView']>;

/** Creates the rounds of the removal, which remember since when this leader has seen versions unused. */
export function createVersionRemoval(options: VersionRemovalOptions): () => Promise<void> {
  let seen: UnusedVersions | undefined;
  return async () => {
    const view = options.cluster.clusterView();
    seen = options.ready() ? observeUnused(seen, view, unusedVersions(view)) : undefined;
    for (const [name, unusedSince] of seen?.unusedSince ?? []) await removeVersionsOf(options, name, unusedSince);
  };
}

function unusedVersions(view: View): ReadonlyMap<string, readonly number[]> {
  const names = Array.from(view.registry.architectures.keys());
  return new Map(
    names.map((name) => {
      const { versions, inUse } = versionsOf(view, name);
      return [name, versions.filter((version) => !inUse.has(version))];
    }),
  );
}

function versionsOf({ registry }: Pick<View, 'registry'>, name: string): Pick<KeptVersions, 'versions' | 'inUse'> {
  const versions = (registry.architectures.get(name) ?? []).map(({ version }) => version);
  return { versions, inUse: new Set([...versions.slice(-1), ...(registry.older.get(name) ?? [])]) };
}

async function removeVersionsOf(
  { cluster, keepMs, logger }: VersionRemovalOptions,
  name: string,
  unusedSince: KeptVersions['unusedSince'],
): Promise<void> {
  const view = cluster.clusterView();
  const { records } = view;
  // A rollback to one of the versions changes the record of the name.
  const unchanged = claim(records, name);
  const kept = { ...versionsOf(view, name), changes: changesOf(records, name), unusedSince };
  for (const version of planVersionRemoval(kept, view, keepMs)) {
    if (!(await writeUnchanged(cluster.leader, records, deletions(records, { name, version }), [unchanged]))) return;
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
