// Unary calls over frames of HTTP/2, without node:http2: a call costs the client a fraction of the CPU time.

import { milliseconds, ParetoError, systemClock, type Clock } from '@pareto/core';
import type { FrameConnection } from '../http2/frame-connection.js';
import type { FrameStream, StreamHandler } from '../http2/frame-stream.js';
import { headerList, type HeaderList } from '../http2/hpack/header-list.js';
import { errorCodes } from '../http2/http2-errors.js';
import { defaultLimits } from '../limits/limits.js';
import type { ChannelTls } from '../tls/channel-tls.js';
import { headBytes } from '../transport/message-head.js';
import type { CallOptions } from '../transport/options.js';
import type { RawCaller, RawReply } from './client.js';
import { createFrameClient, type ClientCall } from './frame-client.js';
import { readMessage, readTrailers } from './unary-reply.js';

export interface FrameChannelOptions {
  readonly maxMessageBytes?: number;
  /** Metadata of every call. The call's own metadata overrides it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Plain text if undefined. */
  readonly tls?: ChannelTls;
  readonly clock?: Clock;
}

export interface FrameChannel {
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
export function createFrameChannel(address: string, options: FrameChannelOptions = {}): FrameChannel {
  const { tls, clock = systemClock, metadata = {}, maxMessageBytes = defaultLimits.messageBytes } = options;
  const context: CallContext = { address, clock, maxMessageBytes };
  const own = lowerCase(metadata);
  const client = createFrameClient(address, { tls, clock });
  let isClosed = false;

  function caller(path: string): RawCaller {
    const base = {
      ':method': 'POST',
      ':scheme': tls === undefined ? 'http' : 'https',
      ':path': path,
      ':authority': address,
      te: 'trailers',
      'content-type': 'application/grpc',
    };
    const withOwn = headerList({ ...base, ...own });
    const withoutOwn = headerList(base);
    return (body, callOptions = {}) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(new ParetoError('unavailable', `the channel to ${address} is closed`));
        if (callOptions.signal?.aborted === true) return reject(callOptions.signal.reason as Error);
        const given = callOptions.metadata === undefined ? undefined : lowerCase(callOptions.metadata);
        const isOverridden = given !== undefined && Object.keys(given).some((name) => name in own);
        const headers = isOverridden ? withoutOwn : withOwn;
        const extra = extraFields(callOptions.timeoutMs, isOverridden ? { ...own, ...given } : given);
        client.start(new Call(context, { body, headers, extra }, callOptions, { resolve, reject }));
      });
  }

  return {
    address,
    caller,
    close() {
      isClosed = true;
      client.close();
    },
  };
}

function extraFields(
  timeoutMs: number | undefined,
  metadata: Readonly<Record<string, string>> | undefined,
): readonly string[] {
  const fields: string[] = timeoutMs === undefined ? [] : ['grpc-timeout', `${Math.ceil(timeoutMs)}m`];
  for (const name in metadata) fields.push(name, metadata[name] ?? '');
  return fields;
}

interface CallContext {
  readonly address: string;
  readonly clock: Clock;
  readonly maxMessageBytes: number;
}

/** State of a call, from before its stream until its reply. A class, since one is created for every call. */
class Call implements StreamHandler, ClientCall {
  readonly #context: CallContext;
  readonly #body: Buffer;
  readonly #headers: HeaderList;
  readonly #extra: readonly string[];
  readonly #options: CallOptions;
  readonly #resolve: (reply: RawReply) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #head: HeaderList | undefined;
  #stream: FrameStream | undefined;
  #timer: Disposable | undefined;
  #abort: (() => void) | undefined;
  #isSettled = false;

  constructor(context: CallContext, request: CallRequest, options: CallOptions, settle: Settle) {
    this.#context = context;
    this.#body = request.body;
    this.#headers = request.headers;
    this.#extra = request.extra;
    this.#options = options;
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
    const { signal, timeoutMs } = options;
    if (timeoutMs !== undefined) this.#startTimer(timeoutMs);
    if (signal === undefined) return;
    this.#abort = () => this.#cancel(signal.reason);
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  #startTimer(timeoutMs: number): void {
    this.#timer = this.#context.clock.after(milliseconds(timeoutMs), () =>
      this.#cancel(new ParetoError('deadline-exceeded', `no reply within ${timeoutMs} ms`)),
    );
  }

  /** Sends the request, unless the call has ended while it waited. */
  start(connection: FrameConnection): void {
    if (this.#isSettled) return;
    this.#stream = connection.open(this, this.#headers, this.#extra);
    this.#stream.sendMessage(this.#body, true);
  }

  onHeaders(headers: HeaderList): void {
    this.#head = headers;
  }

  onData(chunk: Buffer, from: number, to: number): void {
    this.#bytes += to - from;
    const { maxMessageBytes } = this.#context;
    if (this.#bytes > maxMessageBytes + headBytes)
      return this.#cancel(new ParetoError('resource-exhausted', `the reply is larger than ${maxMessageBytes} bytes`));
    this.#chunks.push(chunk.subarray(from, to));
    this.#stream?.consumed(to - from);
  }

  onEnd(trailers: HeaderList | undefined): void {
    if (!this.#settle()) return;
    // The server did not need the rest of the request.
    this.#stream?.reset(errorCodes.cancel);
    try {
      const metadata = readTrailers(this.#head?.fields ?? [], trailers?.fields);
      this.#options.onTrailers?.(metadata);
      this.#resolve({ body: readMessage(this.#chunks), trailers: metadata });
    } catch (error) {
      this.#reject(error);
    }
  }

  onSent(): void {
    // The request is in memory as a whole.
  }

  onFailed(_code: number, reason: string): void {
    if (!this.#settle()) return;
    this.#reject(new ParetoError('unavailable', `the connection to ${this.#context.address} failed: ${reason}`));
  }

  #cancel(error: unknown): void {
    if (!this.#settle()) return;
    this.#stream?.reset(errorCodes.cancel);
    this.#reject(error);
  }

  /** Returns false if the call has ended before. */
  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#timer?.[Symbol.dispose]();
    if (this.#abort !== undefined) this.#options.signal?.removeEventListener('abort', this.#abort);
    return true;
  }
}

interface CallRequest {
  readonly body: Buffer;
  /** Headers that all calls of a method have, and those of this call. */
  readonly headers: HeaderList;
  readonly extra: readonly string[];
}

interface Settle {
  readonly resolve: (reply: RawReply) => void;
  readonly reject: (error: unknown) => void;
}

/** Returns metadata with the names that HTTP/2 requires. */
const lowerCase = (metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
