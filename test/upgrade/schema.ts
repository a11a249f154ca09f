// The schema version in a store, by which a release decides whether it can read the store.

import type { Store } from '@pareto/state';

const schemaKey = 'meta/schema';

export const readSchema = async (store: Store): Promise<number> => Number((await store.get(schemaKey)).entry?.value);

/**
 * Makes the stored schema version newer than `previous`, the one that the previous release wrote, and returns it. If
 * both releases have the same schema, raises the stored version directly, because no build has a newer schema.
 */
export async function makeNewer(store: Store, previous: number): Promise<number> {
  const stored = await readSchema(store);
  if (stored > previous) return stored;
  const newer = previous + 1;
  await store.transact({ compares: [], operations: [{ kind: 'put', key: schemaKey, value: String(newer) }] });
  return newer;
}

/** Reason to skip going back to the previous release. */
export const newerSchema = 'this release has a newer schema version than the previous one';

/** Error of a release that is started on a store of a newer schema version. */
export const refusalOfNewer = (version: number): RegExp =>
  new RegExp(`schema version ${version}\\b.*run the release that wrote it`);
