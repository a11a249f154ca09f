// Counts the connections of a process and their bytes, by transport.

/** Transport of a connection of a client. */
type Transport = 'frames' | 'http';

/** The part of a socket that is counted. */
interface CountedSocket {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  once(event: 'close', listener: () => void): unknown;
}

interface TrafficCount {
  readonly connections: number;
  /** Bytes since the last call of `take`, with those of TLS. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** Connections of one transport. */
class Sockets {
  readonly open = new Set<CountedSocket>();
  /** Bytes of the connections that have closed. */
  closedRead = 0;
  closedWritten = 0;
  takenRead = 0;
  takenWritten = 0;

  take(): TrafficCount {
    let read = this.closedRead;
    let written = this.closedWritten;
    for (const { bytesRead, bytesWritten } of this.open) {
      read += bytesRead;
      written += bytesWritten;
    }
    const count = {
      connections: this.open.size,
      receivedBytes: read - this.takenRead,
      sentBytes: written - this.takenWritten,
    };
    this.takenRead = read;
    this.takenWritten = written;
    return count;
  }
}

export class Traffic {
  readonly #all = new Map<Transport, Sockets>();

  /** Counts a connection until it closes. */
  watch(transport: Transport, socket: CountedSocket): void {
    const sockets = this.#all.get(transport) ?? new Sockets();
    this.#all.set(transport, sockets);
    sockets.open.add(socket);
    socket.once('close', () => {
      sockets.open.delete(socket);
      sockets.closedRead += socket.bytesRead;
      sockets.closedWritten += socket.bytesWritten;
    });
  }
  /** Returns the counts of each transport that had a connection. */
  take(): ReadonlyMap<Transport, TrafficCount> {
    return new Map(Array.from(this.#all, ([transport, sockets]) => [transport, sockets.take()]));
  }
}
