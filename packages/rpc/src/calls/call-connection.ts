// The connection of a call, as the server knows it.

import type { Socket } from 'node:net';
import { ConnectionError, errorCodes, type FrameConnection } from '@pareto/http2';
import type { Connection } from '../limits/connections.js';
import type { Limiter } from '../limits/limiter.js';
import type { PeerIdentity, PeerRole } from '../tls/server-tls.js';
import { formatAddress } from '../transport/options.js';
import type { ConnectionLife } from './connection-life.js';
import type { StallWatch } from './stall-watch.js';

export class CallConnection {
  readonly life: ConnectionLife;
  /** The connection among those that the limits count. */
  readonly counted: Connection;
  readonly limiter: Limiter;
  readonly stalls: StallWatch;
  readonly peer: string;
  readonly peerRole: PeerRole;
  readonly peerSubject: string | undefined;
  /** Set when the client has called what only services of the cluster may call, so that its calls are those of many clients. */
  isOfService = false;
  readonly #connection: FrameConnection;
  /** Number of calls so far that were rejected because of their headers. */
  #denials = 0;

  /** `identity` is the client, from its certificate. Undefined if it presented none. */
  constructor(
    socket: Socket,
    connection: FrameConnection,
    identity: PeerIdentity | undefined,
    { life, counted, limiter, stalls }: Pick<CallConnection, 'life' | 'counted' | 'limiter' | 'stalls'>,
  ) {
    const { remoteAddress, remotePort = 0 } = socket;
    this.life = life;
    this.counted = counted;
    this.limiter = limiter;
    this.stalls = stalls;
    this.peer = remoteAddress === undefined ? 'unknown' : formatAddress(remoteAddress, remotePort);
    this.peerRole = identity?.role;
    this.peerSubject = identity?.subject;
    this.#connection = connection;
  }

  /** Counts a call that was rejected. Closes a connection that continues to send such calls, since each takes time from others. */
  countDenial(): void {
    this.#denials += 1;
    if (this.#denials !== this.limiter.limits.denials + 1) return;
    this.limiter.reached('denials');
    this.#connection.fail(new ConnectionError(errorCodes.enhanceYourCalm, 'too many calls were rejected'));
  }
}
