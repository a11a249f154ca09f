// Streams of messages with backpressure, and those of grpc-js clients in this form.

import type { ClientDuplexStream, ClientReadableStream, ClientWritableStream, ServiceError } from '@grpc/grpc-js';
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

type Writable<Out> = ClientDuplexStream<Out, unknown> | ClientWritableStream<Out>;

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
    ]);
  } catch {
    // The stream failed while it was full. Reading reports that, too.
  } finally {
    closed.abort();
  }
}

const isServiceError = (error: unknown): error is ServiceError => error instanceof Error && 'metadata' in error;

type Source<In> = ClientReadableStream<In> | ClientDuplexStream<never, In>;

function toParetoError(failure: Error): Error {
  if (isServiceError(failure)) return fromServiceError(failure);
  const isGone = 'code' in failure && failure.code === 'ERR_STREAM_PREMATURE_CLOSE';
  if (!isGone) return failure;
  return new ParetoError('cancelled', 'the peer closed the stream before it ended', { cause: failure });
}

/**
 * Iterates over the messages of the server. Throws a ParetoError for an error of gRPC, even if it occurred before the
 * first read. Leaving the loop early cancels the call.
 */
export function readMessages<In>(stream: Source<In>): AsyncGenerator<In, void, undefined> {
  let failure: Error | undefined;
  stream.on('error', (error: Error) => (failure ??= error));
  return read();

  async function* read(): AsyncGenerator<In, void, undefined> {
    try {
      // Destroying a duplex when its reading side ends would cut off the writing side.
      if (failure !== undefined) throw failure;
      yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<In>;
    } catch (error) {
      failure ??= error as Error;
    } finally {
      stream.cancel();
    }
    if (failure !== undefined) throw toParetoError(failure);
  }
}

/** Adapts a bidirectional stream of grpc-js. */
export function duplex<In, Out>(stream: ClientDuplexStream<Out, In>): DuplexStream<In, Out> {
  const messages = readMessages<In>(stream);
  return {
    [Symbol.asyncIterator]: () => messages,
    write: (message) => writeMessage<Out>(stream, message),
    end: () => stream.end(),
  };
}
