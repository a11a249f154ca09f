// A TCP proxy on loopback whose connections a test can cut or stall.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `up` is towards the target, `down` towards the client. */
export type Direction = 'up' | 'down' | 'both';

export interface TcpProxy extends AsyncDisposable {
  /** Address to connect to, `host:port`. */
  readonly address: string;
  readonly port: number;
  /** Bytes forwarded so far. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** Number of open connections. */
  readonly connections: number;
  /** Resets all connections, and new ones until healed. */
  cut(): void;
  /** Stops forwarding in a direction without closing connections. Data waits until healed. */
  stall(direction: Direction): void;
  /** Stops forwarding permanently over the open connections without closing them. New connections work. */
  freezeConnections(): void;
  /** Ends `cut` and `stall`. */
  heal(): void;
}

interface Link {
  readonly sockets: readonly Socket[];
  /** Pauses or resumes reading, depending on the stalls. */
  refresh(): void;
  isFrozen: boolean;
}

/** Starts a proxy to the target `to`, `host:port`, or to the one that it returns for each connection. */
export async function createTcpProxy({ to }: { readonly to: string | (() => string) }): Promise<TcpProxy> {
  const links = new Set<Link>();
  const bytes = { up: 0, down: 0 };
  const stalled = { up: false, down: false };
  let isCut = false;

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connectTo(typeof to === 'string' ? to : to());
    const isStalled = (direction: 'up' | 'down') => () => stalled[direction] || link.isFrozen;
    const link: Link = { sockets: [near, far], refresh: () => [up, down].forEach((run) => run()), isFrozen: false };
    const up = forward(near, far, { isStalled: isStalled('up'), count: (length) => (bytes.up += length) });
    const down = forward(far, near, { isStalled: isStalled('down'), count: (length) => (bytes.down += length) });
    links.add(link);
    for (const socket of link.sockets) socket.once('close', () => links.delete(link));
    link.refresh();
  });
  const refresh = (): void => links.forEach((link) => link.refresh());
  const reset = (): void => {
    for (const socket of [...links].flatMap((link) => link.sockets)) socket.resetAndDestroy();
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: `127.0.0.1:${port}`,
    bytes,
    get connections() {
      return links.size;
    },
    cut() {
      isCut = true;
      reset();
    },
    stall(direction) {
      if (direction !== 'down') stalled.up = true;
      if (direction !== 'up') stalled.down = true;
      refresh();
    },
    freezeConnections() {
      for (const link of links) link.isFrozen = true;
      refresh();
    },
    heal() {
      isCut = stalled.up = stalled.down = false;
      refresh();
    },
    async [Symbol.asyncDispose]() {
      reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function connectTo(address: string): Socket {
  const at = address.lastIndexOf(':');
  return connect({
    host: address.slice(0, at),
    port: Number(address.slice(at + 1)),
    noDelay: true,
    allowHalfOpen: true,
  });
}

interface Pipe {
  readonly isStalled: () => boolean;
  readonly count: (bytes: number) => void;
}

/**
 * Forwards with backpressure, as `pipe` would resume a stalled socket. Returns a function that pauses or resumes
 * reading.
 */
function forward(from: Socket, to: Socket, { isStalled, count }: Pipe): () => unknown {
  let full = false;
  const refresh = (): unknown => (full || isStalled() ? from.pause() : from.resume());
  from.on('data', (chunk) => {
    count(chunk.length);
    full = !to.write(chunk);
    refresh();
  });
  to.on('drain', () => {
    full = false;
    refresh();
  });
  from.once('end', () => to.end());
  from.once('error', () => to.destroy());
  from.once('close', () => to.destroy());
  return refresh;
}
