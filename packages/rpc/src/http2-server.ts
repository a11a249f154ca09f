// What grpc-js leaves out of its HTTP/2 server: the receive window, when a call's headers came, and a size error that says
// which flag to raise.

import type {
  Http2Server,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Stream,
  ServerOptions,
} from 'node:http2';
import { createRequire } from 'node:module';
import { systemClock } from '@pareto/core';
import { internalPrefix } from './oip/decision.js';
import { explainSizeLimit } from './size-limit.js';

/** Per stream; node's default of 64 KB halves the throughput of large messages. */
export const streamWindowBytes: number = 1024 * 1024;
/** Per connection. */
export const connectionWindowBytes: number = 8 * 1024 * 1024;

// grpc-js reads `createServer` off this object when it binds, which is the only place to hand it settings.
const http2 = createRequire(import.meta.url)('node:http2') as { createServer: (options: ServerOptions) => Http2Server };

/** When the call's headers came, by `systemClock`: grpc-js calls a handler only when the whole request is there. */
export const receivedAtKey: string = `${internalPrefix}received-at`;

const isAboutSize = /^(Received|Sent)%20message/;

function explainSizeError(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const message = headers['grpc-message'];
  if (typeof message !== 'string' || !isAboutSize.test(message)) return headers;
  return { ...headers, 'grpc-message': encodeURI(explainSizeLimit(decodeURI(message))) };
}

let readingSince: number | undefined;

/** When the event loop began to read what it reads now: of many calls that came together, the last has waited too. */
function readingBegan(): number {
  if (readingSince !== undefined) return readingSince;
  // eslint-disable-next-line no-restricted-globals -- not time: the end of the loop's reading
  setImmediate(() => (readingSince = undefined));
  return (readingSince = systemClock.now());
}

/** The first to hear of a call: what is written into its headers, grpc-js reads as metadata. */
function onCall(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  headers[receivedAtKey] = String(readingBegan());
  explainSizeErrors(stream);
}

function explainSizeErrors(stream: ServerHttp2Stream): void {
  const respond = stream.respond.bind(stream);
  stream.respond = (headers, options) => respond(headers === undefined ? headers : explainSizeError(headers), options);
  const sendTrailers = stream.sendTrailers.bind(stream);
  stream.sendTrailers = (headers) => sendTrailers(explainSizeError(headers));
}

const createPlain = http2.createServer;

function createWindowed(options: ServerOptions): Http2Server {
  const settings = { ...options.settings, initialWindowSize: streamWindowBytes };
  const server = createPlain({ ...options, settings });
  server.on('session', (session) => session.setLocalWindowSize(connectionWindowBytes));
  server.on('stream', onCall);
  return server;
}

let binding = 0;

/** Runs `bind`, which makes grpc-js create its HTTP/2 server, and gives that server our windows. */
export async function withServerWindow<T>(bind: () => Promise<T>): Promise<T> {
  binding++;
  http2.createServer = createWindowed;
  try {
    return await bind();
  } finally {
    binding--;
    if (binding === 0) http2.createServer = createPlain;
  }
}
