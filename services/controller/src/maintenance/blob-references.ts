// The blobs that the registry refers to, read from the store because the mirror lacks unreadable records, and the state
// of the collection.

import { randomUUID } from 'node:crypto';
import type { Architecture, Clock, Digest, RecipeOutcome, Task, Variant } from '@pareto/core';
import type { CollectParams } from '@pareto/policy';
import type { Store } from '@pareto/state';
import type { Leader } from '../leadership/leadership.js';
import { prefixes } from '../storage/records.js';

/** Returns the referenced digests. Throws if a record can't be read, because its references are unknown then. */
export async function readReferences(store: Store): Promise<ReadonlySet<Digest>> {
  const references = new Set<Digest>();
  for (const record of await readAll<Architecture | Variant>(store, [prefixes.architectures, prefixes.variants]))
    for (const file of record.manifest.files) references.add(file.digest);
  for (const { labels = {} } of await readAll<Partial<Architecture>>(store, [prefixes.architectures]))
    for (const text of Object.values(labels)) references.add(text);
  for (const { result } of await readAll<RecipeOutcome>(store, [prefixes.outcomes]))
    if (result.kind === 'made') for (const file of result.manifest.files) references.add(file.digest);
  for (const { validation } of await readAll<Task>(store, [prefixes.tasks]))
    if (validation !== undefined) references.add(validation);
  return references;
}

/** Returns the records of all tenants. */
async function readAll<T>(store: Store, kinds: readonly string[]): Promise<readonly T[]> {
  const ranges = await Promise.all(kinds.map((kind) => store.range(kind.slice(0, kind.indexOf('/') + 1))));
  return ranges.flatMap(({ entries }) => entries.map(({ value }) => JSON.parse(value) as T));
}

export interface CollectionState {
  /** Id of this registry, which backups keep. */
  readonly id: string;
  /** Epoch of the store that the state belongs to. */
  readonly epoch: string;
  /** Time since which rounds have been no further apart than the grace period. */
  readonly sinceWallMs: number;
  /** Time of the last round. */
  readonly roundWallMs: number;
}

const stateKey = 'collection/book';

export interface CollectionStateOptions {
  readonly store: Store;
  readonly leader: Leader;
  readonly clock: Clock;
  readonly params: CollectParams;
}

/**
 * Writes this round to the collection state, and returns the state. It starts again if the store's history was
 * replaced, or if the last round is older than the grace period: the store may then be an old copy without later
 * registrations.
 */
export async function updateCollectionState({
  store,
  leader,
  clock,
  params,
}: CollectionStateOptions): Promise<CollectionState> {
  const { entry } = await store.get(stateKey);
  const known = entry && (JSON.parse(entry.value) as CollectionState);
  const now = clock.wallMs();
  const isContinued = known?.epoch === store.epoch && now - known.roundWallMs <= params.graceMs;
  const state = {
    id: known?.id ?? randomUUID(),
    epoch: store.epoch,
    sinceWallMs: isContinued ? known.sinceWallMs : now,
    roundWallMs: now,
  };
  await leader.write([], [{ kind: 'put', key: stateKey, value: JSON.stringify(state) }]);
  return state;
}
