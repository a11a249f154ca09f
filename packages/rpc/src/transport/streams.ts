// Adapts gRPC's event streams to async iterables with backpressure.

import type {
  ClientDuplexStream,
  ClientWritableStream,
  ServerDuplexStream,
  ServerWritableStream,
  ServiceError,
} from '@grpc/grpc-js';
import { once } from 'node:events';
import { ParetoError } from '@pareto/core';
import { fromServiceError } from './status.js';

/** A bidirectional stream. Iterating ends when the peer ends the stream, and throws a ParetoError if the call fails. */
export interface DuplexStream<In, Out> extends AsyncIterable<In> {
  /** Sends a message. Resolves when there is room for another one. */
  write(message: Out): Promise<void>;
  /** Ends the writing side. */
  end(): void;
}

type Writable<Out> =
  | ServerWritableStream<unknown, Out>
  | ServerDuplexStream<unknown, Out>
  | ClientDuplexStream<Out, unknown>
  | ClientWritableStream<Out>;

/**
 * Writes one message and waits for room. Drops it if the stream is closed, since reading reports the end of the stream.
 */
export async function writeMessage<Out>(stream: Writable<Out>, message: Out): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  if (stream.write(message)) return;
  const closed = new AbortController();
  try {
    await Promise.race([
      once(stream, 'drain', { signal: closed.signal }),
      once(stream, 'close', { signal: closed.signal }),
      once(stream, 'cancelled', { signal: closed.signal }),
    ]);
  } catch {
    // The stream failed while it was full. Reading reports that, too.
  } finally {
    closed.abort();
  }
}

const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && 'metadata' in error;

/** The reading side of a grpc-js stream. Only a client's stream has `cancel`. */
interface Source<In> {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterable<In>;
  read(): In | null;
  on(event: 'readable' | 'end' | 'close' | 'error', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  cancel?(): void;
}

/**
 * Yields the messages that a server receives. Node's own iterator would destroy the stream if the server ends it with
 * an error while a message is awaited, and the client would not receive the error.
 */
async function* received<In>(stream: Source<In>): AsyncGenerator<In, void, undefined> {
  const end = { isReached: false, isClosed: false };
  let wake = (): void => undefined;
  stream.on('readable', () => wake());
  stream.on('end', () => {
    end.isReached = true;
    wake();
  });
  for (const event of ['close', 'error'] as const) {
    stream.on(event, () => {
      end.isClosed = true;
      wake();
    });
  }
  for (;;) {
    const message = stream.read();
    if (message !== null) yield message;
    else if (end.isReached) return;
    else if (end.isClosed) throw peerGone();
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

const peerGone = (cause?: Error): ParetoError =>
  new ParetoError('cancelled', 'the peer closed the stream before it ended', { cause });

function toParetoError(failure: Error): Error {
  if (isServiceError(failure)) return fromServiceError(failure);
  const gone = 'code' in failure && failure.code === 'ERR_STREAM_PREMATURE_CLOSE';
  return gone ? peerGone(failure) : failure;
}

/**
 * Iterates over the messages of the peer. Throws a ParetoError for an error of gRPC, even if it occurred before the
 * first read. Leaving the loop early cancels a client's call.
 */
export function readMessages<In>(stream: Source<In>): AsyncGenerator<In, void, undefined> {
  let failure: Error | undefined;
  stream.on('error', (error) => (failure ??= error));
  return read();

  async function* read(): AsyncGenerator<In, void, undefined> {
    try {
      // Destroying a duplex when its reading side ends would cut off the writing side.
      if (failure !== undefined) throw failure;
      const isServer = stream.cancel === undefined;
      yield* isServer ? received(stream) : stream.iterator({ destroyOnReturn: false });
    } catch (error) {
      failure ??= error as Error;
    } finally {
      stream.cancel?.();
    }
    if (failure !== undefined) throw toParetoError(failure);
  }
}

/** Adapts a bidirectional stream of grpc-js. */
export function duplex<In, Out>(
  stream: (ServerDuplexStream<In, Out> | ClientDuplexStream<Out, In>) & Source<In>,
): DuplexStream<In, Out> {
  const messages = readMessages<In>(stream);
  return {
    [Symbol.asyncIterator]: () => messages,
    write: (message) => writeMessage<Out>(stream, message),
    end: () => stream.end(),
  };
}
