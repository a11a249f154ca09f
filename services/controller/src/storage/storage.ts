// What the controller keeps, and where: the store and the blobs, and the part of the service that opens and closes them.

import { join } from 'node:path';
import type { BlobStore } from '@pareto/blobs';
import type { Runnable } from '@pareto/service';
import { openEmbeddedStore, restoreStore, type Store } from '@pareto/state';
import { checkBlobLocation, openBlobStore, type BlobFlags } from './blob-location.js';
import type { EtcdFlags } from './etcd-access.js';
import { createDeferredStore, type DeferredStore } from './deferred-store.js';
import { createDeferredBlobStore, type DeferredBlobStore } from './deferred-blob-store.js';
import { openEtcd, openWithRetry, type OpenContext } from './open-store.js';

export interface Storage {
  /** With etcd: open once the part has started, however long that takes. */
  readonly store: Store;
  /** Likewise. */
  readonly blobs: BlobStore;
  readonly part: Runnable;
}

/** Flags of the store and the blobs. `restore` names a backup that fills an empty store first. */
export interface StorageFlags extends EtcdFlags, BlobFlags {
  readonly restore?: string | undefined;
}

export interface StorageContext extends OpenContext {
  /** Aborts when the service is to stop, perhaps before it has started. */
  readonly draining: AbortSignal;
  /** In place of what the configuration names; it stays open. */
  readonly store?: Store | undefined;
}

/** Throws a ParetoError of one line when the embedded store can't be opened; starting the part does for all else. */
export async function createStorage(config: StorageFlags, context: StorageContext): Promise<Storage> {
  const { clock } = context;
  const store = createDeferredStore();
  if (context.store !== undefined) store.open(withoutDisposal(context.store));
  else if (config.etcd === undefined) store.open(await openEmbeddedStore(join(config.dataDir, 'store'), { clock }));
  const blobs = createDeferredBlobStore();
  const part: Runnable = {
    name: 'store',
    start: () => start(config, context, store, blobs),
    stop: async () => store[Symbol.asyncDispose](),
  };
  return { store, blobs, part };
}

async function start(
  config: StorageFlags,
  context: StorageContext,
  store: DeferredStore,
  blobs: DeferredBlobStore,
): Promise<void> {
  const { etcd, cluster, restore } = config;
  const { draining, logger } = context;
  if (etcd !== undefined) {
    const opened = await openEtcd(etcd, config, context, draining);
    if (opened === undefined) return;
    store.open(opened);
  }
  const open = async (): Promise<BlobStore> => {
    const opened = await openBlobStore(config, context);
    if (etcd !== undefined) await checkBlobLocation(store, opened);
    return opened;
  };
  const opened = await openWithRetry("waiting for the models' place", open, context, draining);
  if (opened === undefined) return;
  blobs.open(opened);
  logger.info('store open', { store: etcd ?? 'embedded', cluster, epoch: store.epoch });
  if (restore === undefined) return;
  logger.info('restored', { file: restore, entries: await restoreStore(store, restore) });
}

/** The same store, for one that must not close it. Its getters stay live. */
const withoutDisposal = (store: Store): Store =>
  Object.create(store, { [Symbol.asyncDispose]: { value: async () => undefined } }) as Store;
