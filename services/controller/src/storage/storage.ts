// The controller's storage: the store and the blob store, and the part of the service that opens and closes them.

import { join } from 'node:path';
import type { BlobStore } from '@pareto/blobs';
import type { Runnable } from '@pareto/service';
import { lossOf, openEmbeddedStore, restoreStore, type Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import { checkBlobLocation, openBlobStore, type BlobFlags } from './blob-location.js';
import type { EtcdFlags } from './etcd-access.js';
import { createDeferredStore, type DeferredStore } from './deferred-store.js';
import { knownStoreFile, readKnownStore } from './known-store.js';
import { createDeferredBlobStore, type DeferredBlobStore } from './deferred-blob-store.js';
import { openEtcd, openWithRetry, type OpenContext } from './open-store.js';

export interface Storage {
  /** The store. An etcd store is open after the part has started. */
  readonly store: Store;
  /** The blob store, open after the part has started. */
  readonly blobs: BlobStore;
  readonly part: Runnable;
  /** Fills an etcd that lost the data of this cluster from a backup. All controllers then follow it. */
  readonly refill: (backup: string) => Promise<void>;
}

/**
 * Flags of the store and the blobs. `restore` names a backup that fills an empty store first. `acceptEmptyStore`: use a store
 * that lost data.
 */
export interface StorageFlags extends EtcdFlags, BlobFlags {
  readonly restore?: string | undefined;
  readonly acceptEmptyStore: boolean;
}

export interface StorageContext extends OpenContext {
  /** Aborts when the service must stop, possibly before it has started. */
  readonly draining: AbortSignal;
  /** Store to use in place of the configured one. It is not closed. */
  readonly store?: Store | undefined;
}

/** Opens the embedded store, and throws a ParetoError if that fails. The start of the part opens etcd and the blobs. */
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
  const refill = async (backup: string): Promise<void> => {
    const { known } = store;
    await using target = await openEtcd(config.etcd ?? [], config, {
      ...context,
      known,
      intent: 'restore',
      hasFiles: true,
    });
    await restoreStore(target, backup);
  };
  return { store, blobs, part, refill };
}

async function start(
  config: StorageFlags,
  context: StorageContext,
  store: DeferredStore,
  blobs: DeferredBlobStore,
): Promise<void> {
  const { etcd, cluster, restore } = config;
  const { draining, logger } = context;
  const open = (): Promise<BlobStore> => openBlobStore(config, context);
  const files = await openWithRetry('waiting for the blob store', open, context, draining);
  if (files === undefined) return;
  if (etcd !== undefined) {
    const opened = await openKnown(etcd, config, context, { store, files });
    if (opened === undefined) return;
    store.open(opened);
    const check = (): Promise<true> => checkBlobLocation(store, files).then(() => true);
    if ((await openWithRetry('waiting for etcd', check, context, draining)) === undefined) return;
  }
  blobs.open(files);
  logger.info('store open', { store: etcd ?? 'embedded', cluster, epoch: store.epoch });
  if (restore !== undefined) await restoreFrom(restore, store, logger);
}

/** Opens etcd, with retries while it can't be reached, or lost data that the flags do not declare as lost. */
async function openKnown(
  etcd: readonly string[],
  config: StorageFlags,
  context: StorageContext,
  { store, files }: { readonly store: DeferredStore; readonly files: BlobStore },
): Promise<Store | undefined> {
  const { restore, acceptEmptyStore } = config;
  if (config.etcdCompactMinutes === 0) {
    context.logger.warn(
      'compaction is left to etcd: without its --auto-compaction-retention, the history grows forever',
    );
  }
  const known = await readKnownStore(knownStoreFile(config));
  const intent = acceptEmptyStore ? 'accept' : restore === undefined ? undefined : 'restore';
  const open = async (): Promise<Store> => {
    const hasFiles = known === undefined && (await hasModelFiles(files));
    try {
      return await openEtcd(etcd, config, { ...context, known, intent, hasFiles });
    } catch (error) {
      store.hold(lossOf(error));
      throw error;
    }
  };
  return openWithRetry('waiting for etcd', open, context, context.draining);
}

async function hasModelFiles(files: BlobStore): Promise<boolean> {
  for await (const { partial } of files.list()) if (!partial) return true;
  return false;
}

async function restoreFrom(file: string, store: Store, logger: Logger): Promise<void> {
  const result = await restoreStore(store, file);
  if (result.kind === 'restored') return logger.info('backup restored', { file, entries: result.entries });
  const before = 'the store was filled from this backup before';
  const reason = result.kind === 'own' ? 'the backup is of this store' : before;
  logger.warn('backup not restored: the store stays as it is', { file, reason });
}

/** Returns a view of the store whose disposal does nothing. Its getters stay live. */
const withoutDisposal = (store: Store): Store =>
  Object.create(store, { [Symbol.asyncDispose]: { value: async () => undefined } }) as Store;
