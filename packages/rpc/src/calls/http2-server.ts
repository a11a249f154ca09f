// Adds to the HTTP/2 servers of grpc-js: receive windows, a limit of metadata, the arrival time and role of each call's
// caller, and size errors that name the flag of the limit.

import type {
  Http2SecureServer,
  Http2Server,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
  ServerOptions,
} from 'node:http2';
import { createRequire } from 'node:module';
import { systemClock } from '@pareto/core';
import { internalPrefix } from '../oip/decision.js';
import { explainSizeLimit } from '../transport/size-limit.js';
import { cutTrailers } from '../transport/status-details.js';
import { peerRoleOf, watchHandshakes, type PeerRole, type TlsServerOptions } from '../tls/server-tls.js';

/** Receive window of a stream. Node's default of 64 KB halves the throughput of large messages. */
export const streamWindowBytes: number = 1024 * 1024;
/** Receive window of a connection. */
export const connectionWindowBytes: number = 8 * 1024 * 1024;
/**
 * Limit of the metadata of a call, as HTTP/2 counts it: names, values, and 32 bytes per entry. The server announces it,
 * and some clients check it themselves. Otherwise the call is rejected; a single value over 64 KiB closes the
 * connection.
 */
export const maxMetadataBytes: number = 64 * 1024;

interface Factories {
  createServer: (options: ServerOptions) => Http2Server;
  createSecureServer: (options: TlsServerOptions) => Http2SecureServer;
}

// grpc-js reads these functions from this object when it binds. There is no other way to pass it settings.
const http2 = createRequire(import.meta.url)('node:http2') as Factories;

/** Header with the `Arrival` of a call. The server overwrites what the caller sent under this name. */
export const arrivalKey: string = `${internalPrefix}arrival`;

/** The arrival time of a call and the role of its caller. */
export interface Arrival {
  /**
   * Time by `systemClock` when the headers arrived. grpc-js calls a handler only after the whole request has arrived.
   */
  readonly receivedAt: number;
  readonly peerRole: PeerRole;
}

const writeArrival = ({ receivedAt, peerRole }: Arrival): string => `${receivedAt} ${peerRole ?? ''}`;

export function readArrival(text: string): Arrival {
  const peerRole = text.slice(text.indexOf(' ') + 1);
  return { receivedAt: Number.parseFloat(text), peerRole: peerRole === '' ? undefined : (peerRole as PeerRole) };
}

const isAboutSize = /^(Received|Sent)%20message/;

function explainSizeError(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const message = headers['grpc-message'];
  if (typeof message !== 'string' || !isAboutSize.test(message)) return headers;
  return { ...headers, 'grpc-message': encodeURI(explainSizeLimit(decodeURI(message))) };
}

let readingStart: number | undefined;

/**
 * Returns when the event loop started the current round of reading. Calls that arrive in one round get the same time,
 * since the last of them has waited for the others.
 */
function readingStartedAt(): number {
  if (readingStart !== undefined) return readingStart;
  // oxlint-disable-next-line no-restricted-globals -- not time: the end of the loop's reading
  setImmediate(() => (readingStart = undefined));
  return (readingStart = systemClock.now());
}

/** Adds the arrival to the headers of a call before grpc-js reads them as metadata. */
function onCall(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  headers[arrivalKey] = writeArrival({ receivedAt: readingStartedAt(), peerRole: peerRoleOf(stream.session) });
  prepareTrailers(stream);
}

/** Prepares the trailers that gRPC for Node sends, also those of a reply that has nothing else. */
function prepareTrailers(stream: ServerHttp2Stream): void {
  const prepared = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders => cutTrailers(explainSizeError(headers));
  const respond = stream.respond.bind(stream);
  stream.respond = (headers, options) =>
    respond(headers !== undefined && 'grpc-status' in headers ? prepared(headers) : headers, options);
  const sendTrailers = stream.sendTrailers.bind(stream);
  stream.sendTrailers = (headers) => sendTrailers(prepared(headers));
}

const { createServer, createSecureServer } = http2;

const withLimits = <O extends ServerOptions>(options: O): O => ({
  ...options,
  settings: { ...options.settings, initialWindowSize: streamWindowBytes, maxHeaderListSize: maxMetadataBytes },
  // Each entry counts at least 32 bytes. Node's default is 128 entries of any size.
  maxHeaderListPairs: maxMetadataBytes / 32,
});

function prepare<S extends Http2Server | Http2SecureServer>(server: S): S {
  server.on('session', (session: ServerHttp2Session) => session.setLocalWindowSize(connectionWindowBytes));
  server.on('stream', onCall);
  return server;
}

const extendedFactories: Factories = {
  createServer: (options) => prepare(createServer(withLimits(options))),
  createSecureServer(options) {
    const server = prepare(createSecureServer(withLimits(options)));
    watchHandshakes(server, options);
    return server;
  },
};

let binding = 0;

/** Runs `bind`, in which grpc-js creates its HTTP/2 server, and applies the settings of this file to that server. */
export async function withHttp2Settings<T>(bind: () => Promise<T>): Promise<T> {
  binding++;
  Object.assign(http2, extendedFactories);
  try {
    return await bind();
  } finally {
    binding--;
    if (binding === 0) Object.assign(http2, { createServer, createSecureServer });
  }
}
