// Unary calls over node:http2, without the layers of gRPC for Node: a call costs the client about half as much CPU time.

import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { milliseconds, ParetoError, systemClock, type Clock } from '@pareto/core';
import { connectionWindowBytes, streamWindowBytes } from '../calls/http2-server.js';
import { defaultLimits } from '../limits/limits.js';
import { connectionFailed, explainCause } from '../transport/connection-error.js';
import { headBytes, messageHead } from '../transport/message-head.js';
import { receivedTooLarge } from '../transport/size-limit.js';
import { formatTimeout } from '../transport/timeout.js';
import { handshakeOptions } from '../tls/channel-tls.js';
import { rawCaller, type PayloadCall, type PayloadReply } from './client.js';
import type { PayloadChannel, PayloadChannelOptions } from './payload-channel.js';
import { readMessage, readTrailers } from './unary-reply.js';

/**
 * Creates a channel to host:port with one connection, which is made at the first call and again at the next call after it
 * ended. Calls fail with `unavailable` if the connection fails. No call is retried.
 */
export function createHttp2Channel(address: string, options: PayloadChannelOptions = {}): PayloadChannel {
  const { tls, clock = systemClock, metadata = {}, maxMessageBytes = defaultLimits.messageBytes } = options;
  const { receiveWindowBytes = connectionWindowBytes } = options;
  const listeners = new Set<() => void>();
  const authority = `${tls === undefined ? 'http' : 'https'}://${address}`;
  let current: ClientHttp2Session | undefined;
  let closed = false;

  function open(): ClientHttp2Session {
    const settings = { initialWindowSize: Math.min(streamWindowBytes, receiveWindowBytes) };
    // Node would refuse calls while 10 MB wait.
    const maxSessionMemory = Number.MAX_SAFE_INTEGER;
    const session = connect(authority, { ...(tls && handshakeOptions(address, tls)), settings, maxSessionMemory });
    const forget = (): void => void (current === session && (current = undefined));
    session.on('connect', () => {
      session.setLocalWindowSize(receiveWindowBytes);
      session.on('close', () => {
        if (!closed) listeners.forEach((listener) => listener());
      });
    });
    session.on('goaway', forget).on('close', forget);
    // The calls of a connection that failed get the error.
    session.on('error', forget);
    return session;
  }

  function payloadCall(path: string): PayloadCall {
    const fixed: OutgoingHttpHeaders = {
      ':method': 'POST',
      ':path': path,
      te: 'trailers',
      'content-type': 'application/grpc',
      ...metadata,
    };
    return ({ length, frames }, callOptions, done) => {
      if (closed) throw new ParetoError('unavailable', `the channel to ${address} is closed`);
      if (current === undefined || current.closed) current = open();
      const { timeoutMs } = callOptions;
      const stream = current.request({ ...fixed, ...deadlineHeader(timeoutMs), ...callOptions.metadata });
      // All parts are sent together, without a copy.
      stream.cork();
      stream.write(messageHead(length));
      for (const frame of frames) stream.write(frame);
      stream.end();
      stream.uncork();
      return receive(stream, current, { address, clock, timeoutMs, maxMessageBytes }, done);
    };
  }

  return {
    address,
    payloadCall,
    caller: (path) => rawCaller(payloadCall(path)),
    onDisconnected: (listener) => void listeners.add(listener),
    close() {
      closed = true;
      current?.close();
    },
  };
}

const deadlineHeader = (timeoutMs: number | undefined): OutgoingHttpHeaders =>
  timeoutMs === undefined ? {} : { 'grpc-timeout': formatTimeout(timeoutMs) };

interface Receiving {
  readonly address: string;
  readonly clock: Clock;
  readonly timeoutMs: number | undefined;
  readonly maxMessageBytes: number;
}

/** Calls `done` with the outcome. Returns a function that cancels the call. */
function receive(
  stream: ClientHttp2Stream,
  session: ClientHttp2Session,
  { address, clock, timeoutMs, maxMessageBytes }: Receiving,
  done: (outcome: PayloadReply | ParetoError) => void,
): () => void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  let failure: ParetoError | undefined;

  function fail(error: ParetoError): void {
    failure ??= error;
    stream.close(constants.NGHTTP2_CANCEL);
  }
  const timer =
    timeoutMs === undefined
      ? undefined
      : clock.after(milliseconds(timeoutMs), () =>
          fail(new ParetoError('deadline-exceeded', `no reply within ${timeoutMs} ms`)),
        );
  /** Returns true if the connection or the stream ended after the first headers of a reply, but before its trailers. */
  const isCut = (): boolean =>
    stream.rstCode !== constants.NGHTTP2_NO_ERROR &&
    Number(head[':status']) === 200 &&
    (trailers ?? head)['grpc-status'] === undefined;
  const outcome = (): PayloadReply | ParetoError => {
    if (failure !== undefined) return failure;
    if (isCut()) return connectionFailed(address, { reason: 'it ended within the reply', isNotSent: false });
    try {
      const metadata = readTrailers(fieldsOf(head), trailers && fieldsOf(trailers));
      return { payload: readMessage(chunks), trailers: metadata };
    } catch (error) {
      return error as ParetoError;
    }
  };

  stream.on('response', (headers) => void (head = headers));
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxMessageBytes + headBytes) fail(receivedTooLarge(maxMessageBytes));
  });
  stream.on('trailers', (headers: IncomingHttpHeaders) => void (trailers = headers));
  stream.on('error', (error: Error) => {
    const isNotSent = session.connecting || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    failure ??= connectionFailed(address, { reason: explainCause(error.message), isNotSent, cause: error });
  });
  stream.on('close', () => {
    timer?.[Symbol.dispose]();
    done(outcome());
  });
  return () => fail(new ParetoError('cancelled', 'the call was cancelled'));
}

const fieldsOf = (headers: IncomingHttpHeaders): readonly string[] =>
  Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
