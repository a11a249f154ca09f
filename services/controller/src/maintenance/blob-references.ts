// Which blobs the registry refers to, and since when that can be trusted: read from the store itself, where nothing is left out.

import { randomUUID } from 'node:crypto';
import type { Architecture, Clock, Digest, RecipeOutcome, Task, Variant } from '@pareto/core';
import type { CollectParams } from '@pareto/policy';
import type { Store } from '@pareto/state';
import type { Leader } from '../leadership/leadership.js';
import { prefixes } from '../storage/records.js';

/** Throws when a record can't be read: nobody knows then what it refers to. */
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

/** Of all tenants. */
async function readAll<T>(store: Store, kinds: readonly string[]): Promise<readonly T[]> {
  const ranges = await Promise.all(kinds.map((kind) => store.range(kind.slice(0, kind.indexOf('/') + 1))));
  return ranges.flatMap(({ entries }) => entries.map(({ value }) => JSON.parse(value) as T));
}

export interface CollectionState {
  /** Of this registry, also over backups of it. */
  readonly id: string;
  /** The store's history that it is about. */
  readonly epoch: string;
  /** Since when it was kept, round after round. */
  readonly sinceWallMs: number;
  /** When the last round was. */
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
 * The registry's book of collecting, with this round in it. Begun anew when the store's history is another one, or when the
 * last round was longer ago than the grace: the store may be a copy that was made then, and not know what came since.
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
