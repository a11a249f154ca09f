export type {
  Compare,
  Entry,
  Fence,
  Lease,
  Operation,
  Revision,
  Store,
  Transaction,
  TransactResult,
  Watched,
  WatchEvent,
} from './store.js';
export { openEmbeddedStore, type EmbeddedStoreOptions } from './embedded/open.js';
export { openEtcdStore, type EtcdStoreOptions } from './etcd/open.js';
export { createElection, type Election, type ElectionOptions, type Leadership } from './election.js';
export { backupStore, encodeBackup, readBackup, saveBackup, type Backup } from './backup.js';
export { restoreStore, type RestoreResult } from './restore.js';
export { maxCompares, maxTransactionBytes, splitOperations } from './limits.js';
export { schemaVersion } from './identity.js';
