// Tracks the connections of an HTTP/2 server, from before their TLS handshake.

import type { Http2SecureServer, Http2Server, Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { milliseconds, systemClock } from '@pareto/core';
import type { Connection, Connections } from '../limits/connections.js';

/** Time for a client to close a connection after it received GOAWAY. */
const closeMs = milliseconds(1_000);

interface Tracked {
  readonly connection: Connection;
  session: Http2Session | undefined;
}

/** A TLS connection has another socket than the one it arrived on, but the same peer. */
const peerOf = ({ remoteAddress = '', remotePort = 0 }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string =>
  `${remoteAddress} ${remotePort}`;

/** Returns a function that finds the connection of a session. */
export function trackConnections(
  server: Http2Server | Http2SecureServer,
  connections: Connections,
): (session: Http2Session | undefined) => Connection | undefined {
  const byPeer = new Map<string, Tracked>();
  const bySession = new WeakMap<Http2Session, Connection>();
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
    bySession.set(session, tracked.connection);
  });
  return (session) => (session === undefined ? undefined : bySession.get(session));
}
