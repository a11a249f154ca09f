// A request's body: read with back-pressure, inflated, never larger than the limit, and given up when it stalls.

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createUnzip, type Unzip } from 'node:zlib';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { ByteReservation } from './byte-budget.js';
import { createChunkCollector, type Chunks } from './chunks.js';
import { HttpError } from '../reply/status.js';

export interface BodyOptions {
  /** Of the body as it comes, and of what it inflates to. */
  readonly maxBytes: number;
  /** How long nothing may come. */
  readonly stallMs: number;
  /** Where its bytes are counted. */
  readonly reservation: ByteReservation;
  readonly clock: Clock;
}

const close = { connection: 'close' };

const tooLarge = (maxBytes: number): HttpError =>
  new HttpError(413, `the body is larger than ${maxBytes} bytes; the limit is set by --max-message-bytes`, close);

const tooBusy = (): HttpError =>
  new HttpError(429, 'the large requests under way take all the memory that there is for them: ask again later', {
    ...close,
    'retry-after': '1',
  });

/** What the body says that it is encoded with: a stream to read instead; undefined: it comes plain. */
function inflaterOf(request: IncomingMessage): Unzip | undefined {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return undefined;
  if (encoding === 'gzip' || encoding === 'x-gzip' || encoding === 'deflate') return createUnzip();
  const message = `content-encoding ${JSON.stringify(encoding)} is not understood: expected gzip, deflate, or none`;
  throw new HttpError(415, message, { ...close, 'accept-encoding': 'gzip, deflate' });
}

/** Throws when it is too large (413), too much is under way (429), it stalls (408), can't be inflated (400) or ends before its end. */
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
      if (!request.complete) end(new ParetoError('cancelled', 'the caller went away'));
    };
    const onError = (error: Error): void => {
      if (source === request) return onGone();
      end(new HttpError(400, `the body cannot be inflated: ${error.message}`, close));
    };
    /** Looks again when it would be too long since the last bytes. */
    function onQuiet(): void {
      const leftMs = lastAt + stallMs - clock.now();
      if (leftMs > 1) watch = clock.after(milliseconds(leftMs), onQuiet);
      else end(new HttpError(408, `nothing of the body came for ${stallMs / 1000} s`, close));
    }
    function end(error: Error | undefined): void {
      watch[Symbol.dispose]();
      source.off('data', onData).off('end', onEnd);
      request.off('close', onGone);
      // An error that comes after the first is of no interest, but must have a listener.
      if (error !== undefined) reject(error);
    }
    source.on('data', onData).on('end', onEnd).on('error', onError);
    if (source !== request) request.on('error', onGone);
    request.on('close', onGone);
  });
}
