export type {
  Compare,
  Entry,
  Fence,
  KnownHistory,
  Lease,
  Operation,
  Revision,
  Store,
  StoreMember,
  Transaction,
  TransactResult,
  Watched,
  WatchEvent,
} from './store.js';
export { openEmbeddedStore, type EmbeddedStoreOptions } from './embedded/open.js';
export { lossError, lossOf } from './etcd/session.js';
export { openEtcdStore, type EtcdStoreOptions } from './etcd/open.js';
export { createElection, type Election, type ElectionOptions, type Leadership } from './election.js';
export { backupStore, encodeBackup, readBackup, saveBackup, type Backup } from './backup.js';
export { restoreStore, type RestoreResult } from './restore.js';
export { maxCompares, maxTransactionBytes, splitOperations } from './limits.js';
export { declaration, declaredKey, schemaVersion } from './identity.js';
