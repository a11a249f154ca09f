// gRPC clients: a channel to one address, typed clients on a channel, and calls with messages that are already encoded.

import {
  Client,
  logVerbosity,
  setLogVerbosity,
  type Metadata,
  type CallOptions as GrpcCallOptions,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import { ParetoError, systemClock, type Clock } from '@pareto/core';
import { connectionWindowBytes } from '@pareto/http2';
import { defaultLimits, serviceDefinition, type ServiceName } from '@pareto/protocol';
import type { CallOptions } from '../transport/options.js';
import type { ServiceClient } from '../calls/services.js';
import { fromServiceError, readMetadata, writeMetadata } from '../transport/status.js';
import { duplex, readMessages, writeMessage } from '../transport/streams.js';
import { channelCredentials, type ChannelTls } from '../tls/channel-tls.js';

// grpc-js prints some errors on stderr that it also returns. The callers log those.
setLogVerbosity(logVerbosity.NONE);

export interface ChannelOptions {
  readonly maxMessageBytes?: number;
  /** Metadata of every call. The call's own metadata overrides it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Plain text if undefined. */
  readonly tls?: ChannelTls;
  readonly keepaliveMs?: number;
  readonly clock?: Clock;
}

export interface Channel {
  readonly address: string;
  /** Accepts no more calls. Calls in progress continue until they finish or their signal aborts. */
  close(): void;
  readonly internals: {
    readonly client: Client;
    /** Metadata of every call, which is copied for a call with metadata of its own. */
    readonly metadata: Metadata;
    readonly clock: Clock;
  };
}

/**
 * Creates a channel to host:port, which connects at the first call and reconnects by itself, with at most 1 s between
 * attempts.
 */
export function createChannel(address: string, options: ChannelOptions = {}): Channel {
  const limit = options.maxMessageBytes ?? defaultLimits.messageBytes;
  const secure = channelCredentials(address, options.tls);
  const client = new Client(address, secure.credentials, {
    ...secure.options,
    'grpc.max_receive_message_length': limit,
    'grpc.max_send_message_length': limit,
    'grpc.keepalive_time_ms': options.keepaliveMs ?? 10_000,
    'grpc.keepalive_timeout_ms': 2_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    // A proxy set in the environment must not receive the cluster's token, nor calls to loopback.
    'grpc.enable_http_proxy': 0,
    'grpc-node.flow_control_window': connectionWindowBytes,
  });
  const internals = { client, metadata: writeMetadata(options.metadata), clock: options.clock ?? systemClock };
  return { address, close: () => client.close(), internals };
}

const noDeadline: GrpcCallOptions = {};

/** Returns the last arguments of a call of grpc-js. */
function settingsOf(channel: Channel, { timeoutMs, metadata: own }: CallOptions): readonly [Metadata, GrpcCallOptions] {
  const { metadata, clock } = channel.internals;
  return [
    own === undefined ? metadata : writeMetadata(own, metadata.clone()),
    timeoutMs === undefined ? noDeadline : { deadline: clock.wallMs() + timeoutMs },
  ];
}

interface Cancellable {
  cancel(): void;
  once(event: 'status', listener: () => void): unknown;
}

/** Cancels the call when the signal aborts, until the call has its status: a signal may outlive many calls. */
function cancelOn(signal: AbortSignal | undefined, call: Cancellable): void {
  const cancel = (): void => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  call.once('status', () => signal?.removeEventListener('abort', cancel));
}

/** Returns the error of a call: the signal's reason if the signal ended the call. */
function failureOf(error: ServiceError, signal: AbortSignal | undefined): Error {
  return signal?.aborted === true ? (signal.reason as Error) : fromServiceError(error);
}

type Start<Out> = (callback: (error: ServiceError | null, reply?: Out) => void) => ClientUnaryCall;

interface Reply<Out> {
  readonly body: Out;
  readonly trailers: ReadonlyMap<string, string>;
}

/** Starts a call with one reply, and resolves with the reply. */
function unary<Out>({ signal, onTrailers }: CallOptions, start: Start<Out>): Promise<Reply<Out>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    let body: Out | undefined;
    const call = start((error, value) => {
      if (error !== null) reject(failureOf(error, signal));
      else body = value;
    });
    cancelOn(signal, call);
    // Trailers arrive with the status, after the reply.
    call.on('status', ({ metadata }) => {
      if (body === undefined) return;
      const trailers = readMetadata(metadata);
      onTrailers?.(trailers);
      resolve({ body, trailers });
    });
  });
}

function method(channel: Channel, spec: ReturnType<typeof serviceDefinition>[string]): unknown {
  const { client } = channel.internals;
  const coding = [spec.path, spec.requestSerialize, spec.responseDeserialize] as const;
  if (spec.requestStream && spec.responseStream) {
    return (options: CallOptions = {}) => {
      const stream = client.makeBidiStreamRequest(...coding, ...settingsOf(channel, options));
      cancelOn(options.signal, stream);
      return duplex(stream);
    };
  }
  if (spec.responseStream) {
    return (request: object, options: CallOptions = {}) => {
      const stream = client.makeServerStreamRequest(...coding, request, ...settingsOf(channel, options));
      cancelOn(options.signal, stream);
      return readMessages<object>(stream);
    };
  }
  if (spec.requestStream) {
    return async (messages: AsyncIterable<object>, options: CallOptions = {}) => {
      const { body } = await unary<object>(options, (callback) => {
        const stream = client.makeClientStreamRequest(...coding, ...settingsOf(channel, options), callback);
        const pump = async (): Promise<void> => {
          for await (const message of messages) await writeMessage(stream, message);
          stream.end();
        };
        pump().catch((error: unknown) => stream.destroy(error as Error));
        return stream;
      });
      return body;
    };
  }
  return async (request: object, options: CallOptions = {}) => {
    const { body } = await unary<object>(options, (callback) =>
      client.makeUnaryRequest(...coding, request, ...settingsOf(channel, options), callback),
    );
    return body;
  };
}

/** Creates a typed client of a service. Its calls throw a ParetoError, or the signal's reason. */
export function createClient<S extends ServiceName>(channel: Channel, service: S): ServiceClient<S> {
  const methods = Object.entries(serviceDefinition(service)).map(([name, spec]) => [
    spec.originalName ?? name,
    method(channel, spec),
  ]);
  return Object.fromEntries(methods) as ServiceClient<S>;
}

export type RawReply = Reply<Buffer>;

export type RawCaller = (body: Buffer, options?: CallOptions) => Promise<RawReply>;

const identity = (message: Buffer): Buffer => message;

/** Creates a function that calls a unary method by its path with an encoded request and returns the encoded reply. */
export const createRawCaller =
  (channel: Channel, path: string): RawCaller =>
  (request, options = {}) =>
    unary(options, (callback) =>
      channel.internals.client.makeUnaryRequest(
        ...([path, identity, identity, request] as const),
        ...settingsOf(channel, options),
        callback,
      ),
    );

/** Waits until a channel is connected. Throws `unavailable` after `timeoutMs`. */
export function waitForReady(channel: Channel, timeoutMs: number): Promise<void> {
  const { client, clock } = channel.internals;
  return new Promise((resolve, reject) => {
    client.waitForReady(clock.wallMs() + timeoutMs, (error) => {
      if (error === undefined) return resolve();
      return reject(new ParetoError('unavailable', `${channel.address} is not reachable`, { cause: error }));
    });
  });
}
