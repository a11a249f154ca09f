// The blobs that the registry refers to, read from the store because the mirror lacks unreadable records, and the state
// of the collection.

import { randomUUID } from 'node:crypto';
import type { Architecture, Clock, Digest, RecipeOutcome, Task, Variant } from '@pareto/core';
import type { CollectParams } from '@pareto/policy';
import type { Store } from '@pareto/state';
import type { Leader } from '../leadership/leadership.js';
import { referencedBlobs } from '../registry/referenced-blobs.js';
import { prefixes } from '../storage/records.js';

/** Returns the referenced digests. Throws if a record can't be read, because its references are unknown then. */
export async function readReferences(store: Store): Promise<ReadonlySet<Digest>> {
  return referencedBlobs({
    architectures: await readAll<Architecture>(store, prefixes.architectures),
    variants: await readAll<Variant>(store, prefixes.variants),
    outcomes: await readAll<RecipeOutcome>(store, prefixes.outcomes),
    tasks: await readAll<Task>(store, prefixes.tasks),
  });
}

/** Returns the records of all tenants. */
async function readAll<T>(store: Store, prefix: string): Promise<readonly T[]> {
  const { entries } = await store.range(prefix.slice(0, prefix.indexOf('/') + 1));
  return entries.map(({ value }) => JSON.parse(value) as T);
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
