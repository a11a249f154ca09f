// What the event loop and the thread that renews a lease send to each other.

import type { EtcdCredentials } from './member.js';

/** Data of the thread at its start. */
export interface LeaseThreadData extends EtcdCredentials {
  readonly id: string;
  readonly ttlMs: number;
  readonly maxBlockedMs: number;
  readonly endpoints: readonly string[];
  readonly times: SharedArrayBuffer;
}

/** `renew-credentials`: etcd rejects the credentials. The response is one `CredentialsReply`. `ended`: the lease has ended. */
export type LeaseThreadMessage = { readonly kind: 'renew-credentials' } | { readonly kind: 'ended' };

/** The current credentials. Undefined if they can't be read. */
export type CredentialsReply = EtcdCredentials | undefined;
