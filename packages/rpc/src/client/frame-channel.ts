// Unary calls over frames of HTTP/2, without node:http2: a call costs the client a fraction of the CPU time.

import { milliseconds, ParetoError, systemClock, TimerWheel } from '@pareto/core';
import { errorCodes, type FrameConnection, type FrameStream, HeaderList, type StreamHandler } from '@pareto/http2';
import { defaultLimits, type Payload } from '@pareto/protocol';
import { callBytes, type ByteBudget, type CallBytes } from '../limits/byte-budget.js';
import { CallFailure } from '../transport/connection-error.js';
import { headBytes, messageHead } from '../transport/message-head.js';
import { receivedTooLarge } from '../transport/size-limit.js';
import { formatTimeout } from '../transport/timeout.js';
import { createFrameClient, type ClientCall, type FrameClient } from './frame-client.js';
import {
  rawCaller,
  type PayloadCall,
  type PayloadChannel,
  type PayloadChannelOptions,
  type PayloadReply,
} from './payload-channel.js';
import { readMessage, readTrailers } from './unary-reply.js';

/**
 * Creates a channel to host:port with one connection, which is made at the first call and again at the next call after it
 * ended. Calls fail with `unavailable` if the connection fails. No call is retried.
 */
export function createFrameChannel(address: string, options: PayloadChannelOptions = {}): PayloadChannel {
  const { tls, clock = systemClock, metadata, maxMessageBytes = defaultLimits.messageBytes } = options;
  const listeners = new Set<() => void>();
  const client = createFrameClient(address, options, () => listeners.forEach((listener) => listener()));
  const timers = new TimerWheel(clock);
  const context: CallContext = { address, client, timers, maxMessageBytes, bytes: options.bytes };
  const common = inLowerCase(metadata);
  const commonNames = new Set(Object.keys(common));
  let isClosed = false;

  function payloadCall(path: string): PayloadCall {
    const scheme = tls === undefined ? 'http' : 'https';
    const base = [
      ...[':method', 'POST', ':scheme', scheme, ':path', path, ':authority', address],
      ...['te', 'trailers', 'content-type', 'application/grpc'],
    ];
    const withCommon = new HeaderList([...base, ...fieldsOf(common)]);
    const withoutCommon = new HeaderList(base);
    return (message, { timeoutMs, metadata: own }, done) => {
      if (isClosed) throw new ParetoError('unavailable', `the channel to ${address} is closed`);
      let extra = fieldsOf(own);
      const isOverridden = extra.some((name, at) => at % 2 === 0 && commonNames.has(name));
      if (isOverridden) extra = fieldsOf({ ...common, ...inLowerCase(own) });
      if (timeoutMs !== undefined) extra.push('grpc-timeout', formatTimeout(timeoutMs));
      const headers = isOverridden ? withoutCommon : withCommon;
      const call = new Call(context, { message, headers, extra, timeoutMs }, done);
      client.start(call);
      return () => call.cancel(new ParetoError('cancelled', 'the call was cancelled'));
    };
  }

  return {
    address,
    payloadCall,
    caller: (path) => rawCaller(payloadCall(path)),
    onDisconnected: (listener) => void listeners.add(listener),
    close() {
      isClosed = true;
      client.close();
    },
  };
}

type Texts = Readonly<Record<string, string>>;

/** Returns names and values, alternating. HTTP/2 requires lower case for the names. */
function fieldsOf(metadata: Texts | undefined): string[] {
  const fields: string[] = [];
  for (const name in metadata) fields.push(name.toLowerCase(), metadata[name] ?? '');
  return fields;
}

const inLowerCase = (metadata: Texts = {}): Texts =>
  Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));

interface CallContext {
  readonly address: string;
  readonly client: FrameClient;
  readonly timers: TimerWheel;
  readonly maxMessageBytes: number;
  readonly bytes: ByteBudget | undefined;
}

interface CallRequest {
  readonly message: Payload;
  /** Headers that all calls of a method have. */
  readonly headers: HeaderList;
  /** Names and values of the headers of this call, alternating. */
  readonly extra: readonly string[];
  /** Time until the deadline. Undefined if there is none. */
  readonly timeoutMs: number | undefined;
}

/** State of a call, from before its stream until its reply. A class, since one is created for every call. */
class Call implements StreamHandler, ClientCall {
  readonly #context: CallContext;
  readonly #request: CallRequest;
  readonly #done: (outcome: PayloadReply | ParetoError) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  /** The reply so far in the budget. Undefined while it is small. */
  #held: CallBytes | undefined;
  #head: HeaderList | undefined;
  #connection: FrameConnection | undefined;
  #stream: FrameStream | undefined;
  #timer: Disposable | undefined;
  #isDone = false;

  constructor(context: CallContext, request: CallRequest, done: (outcome: PayloadReply | ParetoError) => void) {
    this.#context = context;
    this.#request = request;
    this.#done = done;
    const { timeoutMs } = request;
    if (timeoutMs === undefined) return;
    this.#timer = context.timers.after(milliseconds(timeoutMs), () =>
      this.cancel(new ParetoError('deadline-exceeded', `no reply within ${timeoutMs} ms`)),
    );
  }

  start(connection: FrameConnection): void {
    const { message, headers, extra } = this.#request;
    this.#connection = connection;
    this.#stream = connection.open(this, headers, extra);
    this.#stream.sendPieces([messageHead(message.length), ...message.slices], true);
  }

  onHeaders(headers: HeaderList): void {
    this.#head = headers;
  }

  onData(chunk: Buffer, from: number, to: number): void {
    const { maxMessageBytes } = this.#context;
    this.#bytes += to - from;
    if (this.#bytes > maxMessageBytes + headBytes) return this.cancel(receivedTooLarge(maxMessageBytes));
    this.#chunks.push(chunk.subarray(from, to));
    if (this.#bytes > callBytes && !this.#hold(to - from)) return;
    this.#stream?.consumed(to - from);
  }

  /** Counts received bytes. Returns false if the budget has ended the call. */
  #hold(received: number): boolean {
    const { bytes } = this.#context;
    if (bytes === undefined) return true;
    if (this.#held !== undefined) return this.#held.take(received, true);
    this.#held = bytes.open(this.#context, (error) => this.cancel(error));
    return this.#held.take(this.#bytes, true);
  }

  onEnd(trailers: HeaderList | undefined): void {
    // The server did not need the rest of the request.
    this.#stream?.reset(errorCodes.cancel);
    this.#end(this.#outcome(trailers));
  }

  #outcome(trailers: HeaderList | undefined): PayloadReply | ParetoError {
    const metadata = readTrailers(this.#head?.fields ?? [], trailers?.fields);
    if (metadata instanceof ParetoError) return metadata;
    try {
      return { payload: readMessage(this.#chunks), trailers: metadata };
    } catch (error) {
      return error as ParetoError;
    }
  }

  onSent(): void {
    // The request is kept until the end of the call.
  }

  onFailed(code: number, reason: string): void {
    // No server runs a part of a request.
    const isNotSent = code === errorCodes.refusedStream || this.#stream?.isLocalEnd === false;
    const isReset = this.#connection?.isOpen === true;
    this.#end(new CallFailure(this.#context.address, reason, { isNotSent, isReset }));
  }

  /** Ends the call, unless it has ended. */
  cancel(error: ParetoError): void {
    if (this.#isDone) return;
    if (this.#stream === undefined) this.#context.client.remove(this);
    else this.#stream.reset(errorCodes.cancel);
    this.#end(error);
  }

  #end(outcome: PayloadReply | ParetoError): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#timer?.[Symbol.dispose]();
    this.#held?.[Symbol.dispose]();
    this.#done(outcome);
  }
}
