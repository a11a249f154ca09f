// Opening the store on etcd: its client takes its time to load, and is loaded only where there is an etcd.

import type { EtcdStoreOptions } from './etcd/open.js';
import type { Store } from './store.js';

/** Throws a ParetoError: `unavailable` when etcd may answer later, anything else when it won't by itself. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const etcd = await import('./etcd/open.js');
  return etcd.openEtcdStore(options);
}
