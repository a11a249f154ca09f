// Bounds the connections of the HTTP server, and serves the requests of each connection one after another.

import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection, Limiter } from '@pareto/rpc';
import { rejectWith } from './client-error.js';

/** A request whose turn has come. */
interface DueRequest {
  readonly connection: Connection;
  /** Returns whether the connection has sent no other request that is not answered yet. */
  readonly isLast: () => boolean;
}

/** Runs `handle` after the earlier requests of the same connection. It must resolve when the reply was sent. */
export type EnqueueRequest = (request: IncomingMessage, handle: (due: DueRequest) => Promise<void>) => void;

/** Maximum number of requests of one connection without a reply. Each takes memory before it is served. */
const maxOpen = 8;

interface Queue {
  readonly connection: Connection;
  /** Number of requests without a reply. */
  open: number;
  /** Resolves after the last of them. */
  last: Promise<void>;
}

/** Identifies a connection both before and after a TLS handshake. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

export function createRequestQueues(server: Server, limiter: Limiter, isSecure: boolean): EnqueueRequest {
  const queues = new Map<string, Queue>();
  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    let isNew = true;
    const end = (): void => {
      // In TLS, nothing can be sent before the handshake.
      if (isNew && !isSecure) rejectWith(socket, 503, tooMany);
      else socket.destroy();
    };
    const connection = limiter.connections.add(socket.remoteAddress, end);
    limiter.traffic.watch('http', socket);
    isNew = false;
    queues.set(key, { connection, open: 0, last: Promise.resolve() });
    socket.once('close', () => {
      queues.delete(key);
      connection[Symbol.dispose]();
    });
  });
  return (request, handle) => {
    const { socket } = request;
    const queue = queues.get(keyOf(socket));
    if (queue?.open === maxOpen && !socket.destroyed) {
      limiter.reached('streams');
      socket.destroy();
    }
    // Node reads what has arrived. A request that it ends itself, with an error, takes four times as long.
    if (queue === undefined || socket.destroyed) return void request.destroy();
    queue.open++;
    queue.last = queue.last.then(async () => {
      await limiter.turns.take(queue.connection, () => socket.destroyed);
      if (!socket.destroyed) await handle({ connection: queue.connection, isLast: () => queue.open === 1 });
      await nextIteration();
      queue.open--;
    });
  };
}

const tooMany =
  'all connections of this server are in use; retry later, or on another router; the limit is set by --max-connections';

/** Requests that arrive in one read are not served while it is parsed, so that those that are too many are found. */
const nextIteration = (): Promise<void> =>
  // oxlint-disable-next-line no-restricted-globals -- not time: the next iteration of the event loop
  new Promise((resolve) => void setImmediate(resolve));
