// Tracks the connections of an HTTP/2 server, from before their TLS handshake.

import { constants, type Http2SecureServer, type Http2Server, type Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { milliseconds, systemClock } from '@pareto/core';
import type { Connection } from '../limits/connections.js';
import type { Limiter } from '../limits/limiter.js';
import { peerRoleOf, peerSubjectOf, type PeerRole } from '../tls/server-tls.js';
import type { Hop } from '../transport/hop.js';
import { formatAddress } from '../transport/options.js';
import type { CallConnection } from './call-connection.js';
import type { IdleWatch, WatchIdle } from './close-idle.js';

/** Time for a client to close a connection after it received GOAWAY. */
const closeMs = milliseconds(1_000);

interface Tracked {
  readonly connection: Connection;
  session: Http2Session | undefined;
}

/** A TLS connection has another socket than the one it arrived on, but the same peer. */
const peerOf = ({ remoteAddress = '', remotePort = 0 }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string =>
  `${remoteAddress} ${remotePort}`;

export interface TrackingOptions {
  readonly hop: Hop;
  readonly watchIdle: WatchIdle;
}

/** Returns a function that finds the connection of a session. */
export function trackConnections(
  server: Http2Server | Http2SecureServer,
  { connections, traffic }: Pick<Limiter, 'connections' | 'traffic'>,
  { hop, watchIdle }: TrackingOptions,
): (session: Http2Session) => CallConnection | undefined {
  const byPeer = new Map<string, Tracked>();
  const bySession = new WeakMap<Http2Session, CallConnection>();
  // Node creates the session of a connection without TLS in its own listener, which would run before.
  server.prependListener('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    const end = (): void => {
      const session = byPeer.get(peer)?.session;
      if (session === undefined) return void socket.destroy();
      session.close();
      systemClock.after(closeMs, () => socket.destroy());
    };
    const connection = connections.add(socket.remoteAddress, end);
    traffic.watch(hop, socket);
    const tracked: Tracked = { connection, session: undefined };
    byPeer.set(peer, tracked);
    socket.once('close', () => {
      connection[Symbol.dispose]();
      if (byPeer.get(peer) === tracked) byPeer.delete(peer);
    });
  });
  server.on('session', (session: Http2Session) => {
    const tracked = byPeer.get(peerOf(session.socket));
    if (tracked === undefined) return;
    tracked.session = session;
    const idle = watchIdle(() => session.close());
    session.once('close', () => idle[Symbol.dispose]());
    bySession.set(session, new SessionConnection(session, tracked.connection, idle));
  });
  return (session) => bySession.get(session);
}

class SessionConnection implements CallConnection {
  readonly counted: Connection;
  readonly idle: IdleWatch;
  readonly peer: string;
  denials = 0;
  isSlow = false;
  readonly #session: Http2Session;

  constructor(session: Http2Session, counted: Connection, idle: IdleWatch) {
    const { remoteAddress, remotePort = 0 } = session.socket;
    this.counted = counted;
    this.idle = idle;
    this.peer = remoteAddress === undefined ? 'unknown' : formatAddress(remoteAddress, remotePort);
    this.#session = session;
  }
  get peerRole(): PeerRole {
    return peerRoleOf(this.#session);
  }
  get peerSubject(): string | undefined {
    return peerSubjectOf(this.#session);
  }
  end(): void {
    if (!this.#session.destroyed) this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }
}
