// Removes versions of models that were replaced too long ago to be gone back to. Their files are collected later, because
// nothing refers to them any more. Each leader first observes for a while that a version is not in use.

import type { Architecture, Milliseconds } from '@pareto/core';
import { planVersionRemoval, type KeptVersions } from '@pareto/policy';
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

/** Maximum difference of wall time and monotonic time between two rounds, in ms. Above it, the wall clock was set. */
const maxClockJumpMs = 300_000;

type View = ReturnType<Cluster['clusterView']>;
type UnusedSince = ReadonlyMap<string, ReadonlyMap<number, Milliseconds>>;

/** The observations of a round. */
interface SeenVersions extends Pick<View, 'now' | 'wallMs' | 'leadingSince'> {
  /** Times since which this leader has seen versions unused, by architecture. */
  readonly unusedSince: UnusedSince;
}

/** Creates the rounds of the removal, which remember since when this leader has seen versions unused. */
export function createVersionRemoval(options: VersionRemovalOptions): () => Promise<void> {
  let seen: SeenVersions | undefined;
  return async () => {
    seen = options.ready() ? observe(options.cluster.clusterView(), seen) : undefined;
    for (const [name, unusedSince] of seen?.unusedSince ?? []) await removeVersionsOf(options, name, unusedSince);
  };
}

/** Starts again after a change of the leader and after a jump of the wall clock, so that nothing is removed early. */
function observe(view: View, before: SeenVersions | undefined): SeenVersions {
  const { registry, now, wallMs, leadingSince } = view;
  const goesOn =
    before !== undefined &&
    before.leadingSince === leadingSince &&
    Math.abs(wallMs - before.wallMs - (now - before.now)) <= maxClockJumpMs;
  const sinceOf = (name: string, version: number): Milliseconds =>
    (goesOn ? before.unusedSince.get(name)?.get(version) : undefined) ?? now;
  const unusedSince = Array.from(registry.architectures.keys(), (name) => {
    const { versions, inUse } = versionsOf(view, name);
    const unused = versions.filter((version) => !inUse.has(version));
    return [name, new Map(unused.map((version) => [version, sinceOf(name, version)]))] as const;
  });
  return { now, wallMs, leadingSince, unusedSince: new Map(unusedSince) };
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
