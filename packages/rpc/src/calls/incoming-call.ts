// What happens to a call before gRPC for Node sees it: its caller is checked from the headers, and its bytes are
// counted. Its handler finds it again by a header.

import { constants, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Metadata, StatusObject } from '@grpc/grpc-js';
import { systemClock } from '@pareto/core';
import { createUse, type Connection } from '../limits/connections.js';
import type { Limiter } from '../limits/limiter.js';
import { internalPrefix } from '../oip/decision.js';
import { peerRoleOf, peerSubjectOf, type PeerRole } from '../tls/server-tls.js';
import { formatAddress } from '../transport/options.js';
import { toStatus, writeMetadata } from '../transport/status.js';
import { trailerText } from '../transport/status-details.js';
import { encodingOf, type Encoding } from './inflate-messages.js';
import { limitRequest } from './limit-request.js';
import type { MessageShape } from './message-shape.js';
import { watchReply } from './reply.js';

/** Facts about a call that its headers alone tell. */
export interface CallHead {
  readonly metadata: ReadonlyMap<string, string>;
  readonly peer: string;
  /** Role in the caller's certificate. Undefined if it presented none. */
  readonly peerRole: PeerRole;
  /** Common name in the caller's certificate. Undefined if it presented none, and over HTTP. */
  readonly peerSubject?: string | undefined;
  setTrailer(name: string, value: string): void;
}

/** A call whose caller was accepted. */
export interface IncomingCall {
  readonly head: CallHead;
  /** Trailers that the check of the caller has set. */
  readonly trailers: ReadonlyMap<string, string>;
  /** Time by `systemClock` when the headers arrived. gRPC for Node calls a handler when the whole request is there. */
  readonly receivedAt: number;
  /**
   * Takes a turn for the call when it arrives, when it is complete, or for its next message. Undefined if it may start now,
   * such as when it is complete in the iteration of the event loop in which it started.
   */
  turn(): Promise<void> | undefined;
  /** Ends the call with a status, unless it has ended. */
  reject(status: Partial<StatusObject>): void;
  /** Records that the turn of its arrival has come, in which gRPC for Node receives it. */
  started(): void;
  /** Records that the handler has taken a message of the request's stream. */
  took(bytes: number): void;
  /** Records that the handler no longer needs the first of the messages that it has taken. */
  finished(): void;
}

/** Limits and checks that a server applies to its calls. */
export interface Gate {
  readonly limiter: Limiter;
  /** Returns the check of the callers of a method, which throws the error of a call that it rejects. */
  readonly checkOf: (path: string) => ((head: CallHead) => void) | undefined;
  readonly isRequestStream: (path: string) => boolean;
  /** Returns the shape of the messages of a method. Undefined if they may have any number of fields. */
  readonly shapeOf: (path: string) => MessageShape | undefined;
}

/** Header with the id of a call. The server overwrites what the caller sent under this name. */
const idKey = `${internalPrefix}call`;
const calls = new Map<string, IncomingCall>();
let lastId = 0;

/** Returns the call with the metadata that gRPC for Node passes to its handler. Undefined if it has ended. */
export const incomingCall = (metadata: Metadata): IncomingCall | undefined => calls.get(String(metadata.get(idKey)[0]));

/** Admits a call. Undefined if it was rejected. */
export function admitCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  connection: Connection | undefined,
  { limiter, checkOf, isRequestStream, shapeOf }: Gate,
): IncomingCall | undefined {
  const path = String(headers[':path']);
  const trailers = new Map<string, string>();
  const head = new StreamHead(stream, headers, trailers);
  const reply = watchReply(stream);
  const reject = (error: unknown): void => {
    limiter.count(error);
    reply.reject(toStatus(error, writeMetadata(Object.fromEntries(trailers))));
  };
  const check = checkOf(path);
  try {
    check?.(head);
  } catch (error) {
    reject(error);
    countDenial(stream.session, limiter);
    return undefined;
  }
  let encoding: Encoding | undefined;
  try {
    encoding = encodingOf(headers['grpc-encoding']);
  } catch (error) {
    reject(error);
    return undefined;
  }
  const isStream = isRequestStream(path);
  const bytes = limiter.bytes.open(stream.session ?? stream, reject);
  if (!bytes.take(sizeOf(headers), !isStream)) return undefined;
  const use = createUse(connection);
  /** A stream of a caller that was accepted uses its connection until it closes. Others do while the server works. */
  const isLasting = isStream && check !== undefined;
  if (isLasting) use.begin();
  // A literal with a spread takes 3 us.
  limitRequest(stream, {
    path,
    encoding,
    shape: shapeOf(path),
    isStream,
    bytes,
    reject,
    limits: limiter.limits,
    isDone: reply.isDone,
    onWhole: () => use.begin(),
  });
  reply.onWrite((written) => {
    if (!isStream) use.end();
    bytes.take(written, true);
    return () => bytes.release(written);
  });
  const taken: number[] = [];
  const id = String(++lastId);
  const { turns } = limiter;
  const isEnded = (): boolean => !calls.has(id);
  let startedIn: number | undefined;
  headers[idKey] = id;
  const call: IncomingCall = {
    head,
    trailers,
    receivedAt: readingStartedAt(),
    reject: (status) => reply.reject(status),
    started() {
      startedIn = turns.iteration;
    },
    turn: () =>
      connection === undefined || startedIn === turns.iteration ? undefined : turns.take(connection, isEnded),
    took(size) {
      taken.push(size);
      use.begin();
    },
    finished() {
      bytes.release(taken.shift() ?? 0);
      if (taken.length === 0 && !isLasting) use.end();
    },
  };
  calls.set(id, call);
  stream.once('close', () => {
    calls.delete(id);
    bytes[Symbol.dispose]();
    use.end();
  });
  return call;
}

const denials = new WeakMap<Http2Session, number>();

/** Closes a connection that continues to call what it may not, since each call takes time from others. */
function countDenial(session: Http2Session | undefined, limiter: Limiter): void {
  if (session === undefined) return;
  const count = (denials.get(session) ?? 0) + 1;
  denials.set(session, count);
  if (count <= limiter.limits.denials || session.destroyed) return;
  limiter.reached('denials');
  session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

/** A class, since an object literal with accessors takes 2 us for each call. */
class StreamHead implements CallHead {
  readonly peerRole: PeerRole;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #trailers: Map<string, string>;
  #metadata: ReadonlyMap<string, string> | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, trailers: Map<string, string>) {
    this.peerRole = peerRoleOf(stream.session);
    this.#stream = stream;
    this.#headers = headers;
    this.#trailers = trailers;
  }
  get metadata(): ReadonlyMap<string, string> {
    return (this.#metadata ??= metadataOf(this.#headers));
  }
  get peer(): string {
    const { remoteAddress, remotePort } = this.#stream.session?.socket ?? {};
    return remoteAddress === undefined ? 'unknown' : formatAddress(remoteAddress, remotePort ?? 0);
  }
  get peerSubject(): string | undefined {
    return peerSubjectOf(this.#stream.session);
  }
  setTrailer(name: string, value: string): void {
    this.#trailers.set(name, trailerText(value));
  }
}

/** Returns the text metadata of a call. */
function metadataOf(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string' && !name.startsWith(':') && !name.endsWith('-bin')) metadata.set(name, value);
  }
  return metadata;
}

function sizeOf(headers: IncomingHttpHeaders): number {
  let size = 0;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
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
