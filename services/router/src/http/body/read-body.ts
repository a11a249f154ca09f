// Reads and inflates a request's body, with backpressure, a size limit and a stall timeout.

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createUnzip, type Unzip } from 'node:zlib';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { ByteReservation } from './byte-budget.js';
import { createChunkCollector, type Chunks } from './chunks.js';
import { HttpError } from '../reply/status.js';

export interface BodyOptions {
  /** Maximum size of the body, before and after inflating. */
  readonly maxBytes: number;
  /** Maximum time without data, in ms. */
  readonly stallMs: number;
  /** Reservation to which the bytes are added. */
  readonly reservation: ByteReservation;
  readonly clock: Clock;
}

const close = { connection: 'close' };

const tooLarge = (maxBytes: number): HttpError =>
  new HttpError(413, `the body is larger than ${maxBytes} bytes; the limit is set by --max-message-bytes`, close);

const tooBusy = (): HttpError =>
  new HttpError(429, 'the large requests in progress use all the memory reserved for them; retry later', {
    ...close,
    'retry-after': '1',
  });

/** Returns a stream that inflates the body. Undefined if it is not compressed. */
function inflaterOf(request: IncomingMessage): Unzip | undefined {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return undefined;
  if (encoding === 'gzip' || encoding === 'x-gzip' || encoding === 'deflate') return createUnzip();
  const message = `content-encoding ${JSON.stringify(encoding)} is not supported: expected gzip, deflate, or none`;
  throw new HttpError(415, message, { ...close, 'accept-encoding': 'gzip, deflate' });
}

/**
 * Throws an HttpError if the body is too large (413), memory is exhausted (429), it stalls (408) or cannot be inflated
 * (400), and `cancelled` if the caller disconnects.
 */
export async function readBody(request: IncomingMessage, options: BodyOptions): Promise<Chunks> {
  if (Number(request.headers['content-length'] ?? 0) > options.maxBytes) throw tooLarge(options.maxBytes);
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
  const { maxBytes, stallMs, reservation, clock } = options;
  return new Promise((resolve, reject) => {
    const collector = createChunkCollector();
    let length = 0;
    let watch = clock.after(milliseconds(stallMs), onQuiet);
    let lastAt = clock.now();
    const onData = (part: Buffer): void => {
      lastAt = clock.now();
      length += part.length;
      if (length > maxBytes) end(tooLarge(maxBytes));
      else if (!reservation.take(part.length)) end(tooBusy());
      else collector.add(part);
    };
    const onEnd = (): void => {
      end(undefined);
      resolve(collector.end());
    };
    const onGone = (): void => {
      if (!request.complete) end(new ParetoError('cancelled', 'the caller disconnected'));
    };
    const onError = (error: Error): void => {
      if (source === request) return onGone();
      end(new HttpError(400, `the body cannot be inflated: ${error.message}`, close));
    };
    /** Rejects after `stallMs` without data. The timer is rescheduled only when it fires, not for every part. */
    function onQuiet(): void {
      const leftMs = lastAt + stallMs - clock.now();
      if (leftMs > 1) watch = clock.after(milliseconds(leftMs), onQuiet);
      else end(new HttpError(408, `no data of the body arrived for ${stallMs / 1000} s`, close));
    }
    function end(error: Error | undefined): void {
      watch[Symbol.dispose]();
      source.off('data', onData).off('end', onEnd);
      request.off('close', onGone);
      // The error listener stays: a later error is ignored, but would crash the process without a listener.
      if (error !== undefined) reject(error);
    }
    source.on('data', onData).on('end', onEnd).on('error', onError);
    if (source !== request) request.on('error', onGone);
    request.on('close', onGone);
  });
}
