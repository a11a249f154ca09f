// gRPC's event streams as async iterables with backpressure.

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

/** Both directions of a stream. Iterating ends when the peer has; it throws a ParetoError when the call fails. */
export interface DuplexStream<In, Out> extends AsyncIterable<In> {
  /** Resolves when there is room for another message. */
  write(message: Out): Promise<void>;
  /** No more messages will be written. */
  end(): void;
}

type Writable<Out> =
  | ServerWritableStream<unknown, Out>
  | ServerDuplexStream<unknown, Out>
  | ClientDuplexStream<Out, unknown>
  | ClientWritableStream<Out>;

/** Writes one message and waits for room. A stream that was closed meanwhile swallows it: its end is told by reading. */
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
    // It broke while it was full: that, too, is told by reading.
  } finally {
    closed.abort();
  }
}

const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && 'metadata' in error;

/** The reading side of a grpc-js stream; only a client's can be cancelled. */
interface Source<In> {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterable<In>;
  read(): In | null;
  on(event: 'readable' | 'end' | 'close' | 'error', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  cancel?(): void;
}

/**
 * What a client sends. Node's own iterator would destroy the stream when the server ends it with an error while a message is
 * awaited, and the error would not reach the client.
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
    else if (end.isClosed) throw new ParetoError('cancelled', 'the peer went away');
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

function toParetoError(failure: Error): Error {
  if (isServiceError(failure)) return fromServiceError(failure);
  const gone = 'code' in failure && failure.code === 'ERR_STREAM_PREMATURE_CLOSE';
  return gone ? new ParetoError('cancelled', 'the peer went away', { cause: failure }) : failure;
}

/**
 * Iterates over what the peer sends. gRPC's own errors become ParetoErrors, also those from before the first read.
 * Leaving the loop early cancels a client's call.
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
