// Unary calls over node:http2, without the layers of gRPC for Node: a call costs the client about half as much CPU time.

import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import { milliseconds, ParetoError, systemClock, type Clock } from '@pareto/core';
import { headBytes } from '../calls/message-frames.js';
import { connectionWindowBytes, streamWindowBytes } from '../calls/http2-server.js';
import { defaultLimits } from '../limits/limits.js';
import type { CallOptions } from '../transport/options.js';
import type { RawCaller, RawReply } from './client.js';
import { messageHead, readMessage, readTrailers } from './unary-reply.js';

export interface Http2ChannelOptions {
  readonly maxMessageBytes?: number;
  /** Metadata of every call. The call's own metadata overrides it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Options of the TLS handshake. Plain text if undefined. */
  readonly tls?: SecureClientSessionOptions;
  readonly clock?: Clock;
}

export interface Http2Channel {
  readonly address: string;
  /** Creates a function that calls a unary method by its path with an encoded request and returns the encoded reply. */
  caller(path: string): RawCaller;
  /** Accepts no more calls. Calls in progress continue until they finish. */
  close(): void;
}

/**
 * Creates a channel to host:port with one connection, which is made at the first call and again at the next call after it
 * ended. Calls fail with `unavailable` if the connection fails. No call is retried.
 */
export function createHttp2Channel(address: string, options: Http2ChannelOptions = {}): Http2Channel {
  const { tls, clock = systemClock, metadata = {}, maxMessageBytes = defaultLimits.messageBytes } = options;
  const authority = `${tls === undefined ? 'http' : 'https'}://${address}`;
  let current: ClientHttp2Session | undefined;
  let closed = false;

  function open(): ClientHttp2Session {
    const session = connect(authority, { ...tls, settings: { initialWindowSize: streamWindowBytes } });
    const forget = (): void => void (current === session && (current = undefined));
    session.on('connect', () => session.setLocalWindowSize(connectionWindowBytes));
    session.on('goaway', forget).on('close', forget);
    // The calls of a connection that failed get the error.
    session.on('error', forget);
    return session;
  }

  function caller(path: string): RawCaller {
    const fixed: OutgoingHttpHeaders = {
      ':method': 'POST',
      ':path': path,
      te: 'trailers',
      'content-type': 'application/grpc',
      ...metadata,
    };
    return (body, callOptions = {}) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new ParetoError('unavailable', `the channel to ${address} is closed`));
        if (callOptions.signal?.aborted === true) return reject(callOptions.signal.reason as Error);
        current ??= open();
        const stream = current.request({ ...fixed, ...deadlineHeader(callOptions), ...callOptions.metadata });
        // Both parts are sent together, without a copy.
        stream.cork();
        stream.write(messageHead(body.length));
        stream.end(body);
        stream.uncork();
        receive(stream, { address, clock, callOptions, maxMessageBytes }, resolve, reject);
      });
  }

  return {
    address,
    caller,
    close() {
      closed = true;
      current?.close();
    },
  };
}

const deadlineHeader = ({ timeoutMs }: CallOptions): OutgoingHttpHeaders =>
  timeoutMs === undefined ? {} : { 'grpc-timeout': `${Math.ceil(timeoutMs)}m` };

interface Receiving {
  readonly address: string;
  readonly clock: Clock;
  readonly callOptions: CallOptions;
  readonly maxMessageBytes: number;
}

function receive(
  stream: ClientHttp2Stream,
  { address, clock, callOptions, maxMessageBytes }: Receiving,
  resolve: (reply: RawReply) => void,
  reject: (error: unknown) => void,
): void {
  const { signal, timeoutMs } = callOptions;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  let failure: unknown;

  function fail(error: unknown): void {
    failure ??= error;
    stream.close(constants.NGHTTP2_CANCEL);
  }
  const abort = (): void => fail(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const timer =
    timeoutMs === undefined
      ? undefined
      : clock.after(milliseconds(timeoutMs), () =>
          fail(new ParetoError('deadline-exceeded', `no reply within ${timeoutMs} ms`)),
        );

  stream.on('response', (headers) => void (head = headers));
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxMessageBytes + headBytes)
      fail(new ParetoError('resource-exhausted', `the reply is larger than ${maxMessageBytes} bytes`));
  });
  stream.on('trailers', (headers: IncomingHttpHeaders) => void (trailers = headers));
  stream.on('error', (error: Error) => {
    failure ??= new ParetoError('unavailable', `the connection to ${address} failed: ${error.message}`, {
      cause: error,
    });
  });
  stream.on('close', () => {
    timer?.[Symbol.dispose]();
    signal?.removeEventListener('abort', abort);
    if (failure !== undefined) return reject(failure);
    try {
      const metadata = readTrailers(fieldsOf(head), trailers && fieldsOf(trailers));
      callOptions.onTrailers?.(metadata);
      resolve({ body: readMessage(chunks), trailers: metadata });
    } catch (error) {
      reject(error);
    }
  });
}

const fieldsOf = (headers: IncomingHttpHeaders): readonly string[] =>
  Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
