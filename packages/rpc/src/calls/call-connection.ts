// The connection of a call, as the server knows it.

import type { Connection } from '../limits/connections.js';
import type { PeerRole } from '../tls/server-tls.js';
import type { IdleWatch } from './close-idle.js';

export interface CallConnection {
  /** The connection among those that the limits count. */
  readonly counted: Connection;
  readonly idle: IdleWatch;
  readonly peer: string;
  /** Role in the client's certificate. Undefined if it presented none. */
  readonly peerRole: PeerRole;
  /** Common name in the client's certificate. Undefined if it presented none, and over HTTP. */
  readonly peerSubject: string | undefined;
  /** Number of calls so far that were rejected because of their headers. */
  denials: number;
  /** Set when the client has called what only services of the cluster may call, so that its calls are those of many clients. */
  isOfService: boolean;
  /** Closes the connection because its client sends too much. */
  end(): void;
}
