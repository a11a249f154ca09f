// What grpc-js leaves out of its HTTP/2 server: the receive window, how much metadata may come, when a call's headers came and
// from whom, and a size error that says which flag to raise.

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
import { peerRoleOf, watchHandshakes, type PeerRole, type TlsServerOptions } from '../tls/server-tls.js';

/** Per stream; node's default of 64 KB halves the throughput of large messages. */
export const streamWindowBytes: number = 1024 * 1024;
/** Per connection. */
export const connectionWindowBytes: number = 8 * 1024 * 1024;
/**
 * Of a call, as HTTP/2 counts it: names, values, and 32 bytes for each entry. Clients are told, and those that heed it say so themselves;
 * of others the call is refused, and a single value over 64 KiB costs them the connection.
 */
export const maxMetadataBytes: number = 64 * 1024;

interface Factories {
  createServer: (options: ServerOptions) => Http2Server;
  createSecureServer: (options: TlsServerOptions) => Http2SecureServer;
}

// grpc-js reads these off this object when it binds, which is the only place to hand it settings.
const http2 = createRequire(import.meta.url)('node:http2') as Factories;

/** Written by us into every call's headers, whatever the caller has sent under this name. */
export const arrivalKey: string = `${internalPrefix}arrival`;

export interface Arrival {
  /** When the headers came, by `systemClock`: grpc-js calls a handler only when the whole request is there. */
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
  headers[arrivalKey] = writeArrival({ receivedAt: readingBegan(), peerRole: peerRoleOf(stream.session) });
  explainSizeErrors(stream);
}

function explainSizeErrors(stream: ServerHttp2Stream): void {
  const respond = stream.respond.bind(stream);
  stream.respond = (headers, options) => respond(headers === undefined ? headers : explainSizeError(headers), options);
  const sendTrailers = stream.sendTrailers.bind(stream);
  stream.sendTrailers = (headers) => sendTrailers(explainSizeError(headers));
}

const { createServer, createSecureServer } = http2;

const bounded = <O extends ServerOptions>(options: O): O => ({
  ...options,
  settings: { ...options.settings, initialWindowSize: streamWindowBytes, maxHeaderListSize: maxMetadataBytes },
  // The bytes of an entry bound how many there can be; node's default is 128, whatever their size.
  maxHeaderListPairs: maxMetadataBytes / 32,
});

function prepare<S extends Http2Server | Http2SecureServer>(server: S): S {
  server.on('session', (session: ServerHttp2Session) => session.setLocalWindowSize(connectionWindowBytes));
  server.on('stream', onCall);
  return server;
}

const ours: Factories = {
  createServer: (options) => prepare(createServer(bounded(options))),
  createSecureServer(options) {
    const server = prepare(createSecureServer(bounded(options)));
    watchHandshakes(server, options);
    return server;
  },
};

let binding = 0;

/** Runs `bind`, which makes grpc-js create its HTTP/2 server, and gives that server our windows. */
export async function withServerWindow<T>(bind: () => Promise<T>): Promise<T> {
  binding++;
  Object.assign(http2, ours);
  try {
    return await bind();
  } finally {
    binding--;
    if (binding === 0) Object.assign(http2, { createServer, createSecureServer });
  }
}
