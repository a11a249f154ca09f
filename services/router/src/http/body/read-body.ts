// Reads and inflates a request's body, with backpressure, a size limit and a stall timeout.

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createUnzip, type Unzip } from 'node:zlib';
import { cutText, milliseconds, type Clock, type ParetoError } from '@pareto/core';
import { chunksTooSmall, limitError } from '@pareto/protocol';
import { type CallBytes, type Limiter } from '@pareto/rpc';
import { createChunkCollector, type Chunks } from './chunks.js';
import { disconnected, HttpError } from '../reply/status.js';

export interface BodyOptions {
  readonly limiter: Limiter;
  /** Limit of the size of the body, before and after inflating. */
  readonly limit: 'messageBytes' | 'smallMessageBytes';
  /** Counts the bytes of the call. */
  readonly bytes: CallBytes;
  /** Aborts when the budget for bytes ends the call. */
  readonly cut: AbortSignal;
  readonly clock: Clock;
}

function tooLarge({ limiter, limit }: BodyOptions): ParetoError {
  const remark =
    limit === 'messageBytes' ? 'the limit is set by --max-message-bytes' : 'which is the limit without tensors';
  const message = `the body is larger than ${limiter.limits[limit]} bytes; ${remark}`;
  return limitError(limit, 'resource-exhausted', message);
}

function smallChunks(chunkBytes: number): ParetoError {
  const message = `the body arrives in chunks of less than ${chunkBytes} bytes: send larger chunks, or a Content-Length`;
  return limitError('chunkBytes', 'invalid-argument', message);
}

function stalled({ limiter }: BodyOptions): ParetoError {
  const seconds = limiter.limits.stallMs / 1000;
  const message = `no data of the body arrived for ${seconds} s: send it faster; the limit is set by --stall-timeout-ms`;
  return limitError('stallMs', 'resource-exhausted', message);
}

/** Returns a stream that inflates the body. Undefined if it is not compressed. */
function inflaterOf(request: IncomingMessage): Unzip | undefined {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return undefined;
  if (encoding === 'gzip' || encoding === 'x-gzip' || encoding === 'deflate') return createUnzip();
  const message = `content-encoding ${JSON.stringify(cutText(encoding))} is not supported: expected gzip, deflate, or none`;
  throw new HttpError(415, message, { 'accept-encoding': 'gzip, deflate' });
}

/**
 * Throws `resource-exhausted` if the body is too large or stalls, `invalid-argument` if its chunks are too small, an
 * HttpError if it cannot be inflated, the reason of `cut`, and `cancelled` if the caller disconnects.
 */
export async function readBody(request: IncomingMessage, options: BodyOptions): Promise<Chunks> {
  const { limiter, limit, cut } = options;
  if (Number(request.headers['content-length'] ?? 0) > limiter.limits[limit]) throw tooLarge(options);
  cut.throwIfAborted();
  const inflater = inflaterOf(request);
  if (inflater === undefined) return collect(request, request, options);
  request.pipe(inflater);
  try {
    return await collect(request, inflater, options);
  } finally {
    request.unpipe(inflater);
    inflater.destroy();
  }
}

function collect(request: IncomingMessage, source: Readable, options: BodyOptions): Promise<Chunks> {
  const { limiter, limit, bytes, cut, clock } = options;
  const { [limit]: maxBytes, stallMs, chunkBytes } = limiter.limits;
  return new Promise((resolve, reject) => {
    const collector = createChunkCollector();
    let [length, chunks] = [0, 0];
    let watch = clock.after(milliseconds(stallMs), onQuiet);
    let lastAt = clock.now();
    const onData = (part: Buffer): void => {
      lastAt = clock.now();
      length += part.length;
      chunks += 1;
      if (length > maxBytes) end(tooLarge(options));
      else if (chunksTooSmall(chunks, length, limiter.limits)) end(smallChunks(chunkBytes));
      else if (bytes.take(part.length, true)) collector.add(part);
    };
    const onEnd = (): void => {
      bytes.take(0, false);
      end(undefined);
      resolve(collector.end());
    };
    const onGone = (): void => {
      if (!request.complete) end(disconnected);
    };
    const onCut = (): void => end(cut.reason as Error);
    const onError = (error: Error): void => {
      if (source === request) return onGone();
      end(new HttpError(400, `the body cannot be inflated: ${error.message}`));
    };
    /** Rejects after `stallMs` without data. The timer is rescheduled only when it fires, not for every part. */
    function onQuiet(): void {
      const leftMs = lastAt + stallMs - clock.now();
      if (leftMs > 1) watch = clock.after(milliseconds(leftMs), onQuiet);
      else end(stalled(options));
    }
    function end(error: Error | undefined): void {
      watch[Symbol.dispose]();
      source.off('data', onData).off('end', onEnd);
      request.off('close', onGone);
      cut.removeEventListener('abort', onCut);
      // The error listener stays: a later error is ignored, but would crash the process without a listener.
      if (error !== undefined) reject(error);
    }
    source.on('data', onData).on('end', onEnd).on('error', onError);
    if (source !== request) request.on('error', onGone);
    request.on('close', onGone);
    cut.addEventListener('abort', onCut);
    bytes.take(0, true);
  });
}
