// Sends a reply, as fast as the caller reads it, and gives up when the caller stops reading.

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { milliseconds, type Clock } from '@pareto/core';
import { cutTrailers } from '@pareto/protocol';
import { type Limiter } from '@pareto/rpc';
import { bytesOf, type Reply } from '../reply/reply.js';

interface SendOptions {
  readonly limiter: Limiter;
  readonly clock: Clock;
}

interface Sending {
  readonly reply: Reply;
  readonly cut: AbortSignal;
  /** Set if the connection is to be closed with the reply, and with it the requests that the caller sent already. */
  readonly closes: boolean;
}

const lingerMs = milliseconds(2_000);
const maxDiscarded = 2048;
/** Size of the pieces in which a body is written, since encrypting a large piece would block the event loop. */
const pieceBytes = 64 * 1024;

/** Replaces the characters that a header value must not contain. */
const headerText = (text: string): string => text.replace(/[^\t\x20-\x7e]/g, '?');

/** Resolves when the reply was sent or the connection has closed, which happens when the caller stalls or `cut` aborts. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  { reply, cut, closes }: Sending,
  options: SendOptions,
): Promise<void> {
  const destroy = (): void => void response.destroy();
  cut.addEventListener('abort', destroy);
  const watch = watchProgress(response, options);
  try {
    for (const [name, value] of Object.entries(cutTrailers(reply.headers)))
      response.setHeader(name, headerText(String(value)));
    // The unread rest of the body would take the place of the next request.
    const isUnread = !request.complete;
    if (closes || isUnread) response.setHeader('connection', 'close');
    if (reply.status !== 204) response.setHeader('content-length', bytesOf(reply));
    response.writeHead(reply.status);
    if (request.method !== 'HEAD') await writeBody(response, reply.body);
    // A caller that is still sending would not read the reply if the connection were closed now.
    if (isUnread) await discardBody(request, options.clock);
    if (response.destroyed) return;
    const closed = once(response, 'close');
    response.end();
    await closed;
  } finally {
    watch[Symbol.dispose]();
    cut.removeEventListener('abort', destroy);
  }
}

/** Closes the connection if the caller reads nothing for `stallMs`, up to twice as long. */
function watchProgress(response: ServerResponse, { limiter, clock }: SendOptions): Disposable {
  const { stallMs } = limiter.limits;
  const sentBytes = (): number => (response.socket?.bytesWritten ?? 0) - (response.socket?.writableLength ?? 0);
  let last = sentBytes();
  const check = (): void => {
    const sent = sentBytes();
    if (sent === last) {
      limiter.reached('stallMs');
      response.destroy();
      return;
    }
    last = sent;
    timer = clock.after(milliseconds(stallMs), check);
  };
  let timer = clock.after(milliseconds(stallMs), check);
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

async function writeBody(response: ServerResponse, parts: readonly Uint8Array[]): Promise<void> {
  response.cork();
  let corked = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += pieceBytes) {
      const piece = part.subarray(at, at + pieceBytes);
      response.write(piece);
      corked += piece.length;
      if (corked < pieceBytes) continue;
      response.uncork();
      if (!(await isDrained(response))) return;
      response.cork();
      corked = 0;
    }
  }
  response.uncork();
}

/** Returns whether more can be written. False if the caller disconnected. */
function isDrained(response: ServerResponse): Promise<boolean> | boolean {
  if (response.destroyed) return false;
  if (!response.writableNeedDrain) return true;
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve(!response.destroyed);
    };
    response.once('drain', done).once('close', done);
  });
}

/** Resolves when the rest of the body has been received and discarded, after 2 s or `maxDiscarded` chunks at the latest. */
function discardBody(request: IncomingMessage, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let discarded = 0;
    const timer = clock.after(lingerMs, resolve);
    const done = (): void => {
      timer[Symbol.dispose]();
      resolve();
    };
    request.once('end', done).once('close', done);
    request.on('data', () => {
      if (++discarded > maxDiscarded) done();
    });
  });
}
