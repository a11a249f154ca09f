// The connection to one worker. It is an interface, so that a cheaper transport can replace grpc-js.

import { ParetoError } from '@pareto/core';
import {
  createChannel,
  createClient,
  createRawCaller,
  isNotSent,
  joinFrames,
  loadKey,
  notExecutedKey,
  onDisconnected,
  parseLoad,
  payloadOf,
  type CallOptions,
  type ChannelOptions,
  type Payload,
  type ReplyLoad,
  type wire,
} from '@pareto/rpc';

/** The outcome of a query that was sent to a worker. `reply` is the load that the worker sent with it, if any. */
export type LinkOutcome =
  | {
      readonly kind: 'answered';
      readonly payload: Payload;
      readonly trailers: ReadonlyMap<string, string>;
      readonly reply: ReplyLoad | undefined;
    }
  /** The query reached no executor, so it may be sent elsewhere. `isFull` means that only the queue was full. */
  | {
      readonly kind: 'not-executed';
      readonly error: ParetoError;
      readonly reply: ReplyLoad | undefined;
      readonly isFull: boolean;
      readonly isUnreachable: boolean;
    }
  /** The worker failed while it had the query, which may have been executed. */
  | { readonly kind: 'lost'; readonly error: ParetoError; readonly reply: undefined }
  /** The worker returned an error, or the caller cancelled. The query must not be retried. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly reply: ReplyLoad | undefined };

export interface WorkerLink {
  readonly address: string;
  infer(payload: Payload, options: CallOptions): Promise<LinkOutcome>;
  ping(options: CallOptions): Promise<wire.PingResponse>;
  /** Calls `listener` whenever the connection has ended. */
  onBroken(listener: () => void): void;
  close(): void;
}

export type LinkFactory = (address: string) => WorkerLink;

const inferPath = '/inference.GRPCInferenceService/ModelInfer';

/** A small reply waits until all that the worker sent before it was read, so it would wait long for a larger window. */
const receiveWindowBytes = 1024 * 1024;

export function createGrpcLink(address: string, options: ChannelOptions): WorkerLink {
  const channel = createChannel(address, { ...options, receiveWindowBytes });
  const call = createRawCaller(channel, inferPath);
  const execution = createClient(channel, 'pareto.v1.Execution');
  return {
    address,
    infer: ({ frames }, callOptions) =>
      call(joinFrames(frames), callOptions).then(
        ({ body, trailers }) => ({
          kind: 'answered',
          payload: payloadOf(body),
          trailers,
          reply: parseLoad(trailers.get(loadKey)),
        }),
        (error: unknown) => classify(error, callOptions.signal),
      ),
    ping: (callOptions) => execution.ping({}, callOptions),
    onBroken: (listener) => onDisconnected(channel, listener),
    close: () => channel.close(),
  };
}

function classify(error: unknown, signal: AbortSignal | undefined): LinkOutcome {
  if (signal?.aborted === true || !(error instanceof ParetoError)) return { kind: 'failed', error, reply: undefined };
  const own = withoutInternals(error);
  const reply = parseLoad(error.details[loadKey]);
  if (error.details[notExecutedKey] !== undefined) {
    const isFull = error.code === 'resource-exhausted';
    return { kind: 'not-executed', error: own, reply, isFull, isUnreachable: false };
  }
  // A `cancelled` that the caller did not cause comes from the worker, which ended the call.
  if (error.code !== 'unavailable' && error.code !== 'cancelled') return { kind: 'failed', error: own, reply };
  if (isNotSent(error)) return { kind: 'not-executed', error: own, reply, isFull: false, isUnreachable: true };
  return { kind: 'lost', error: own, reply: undefined };
}

/** Returns the worker's error without the trailers that are internal. */
function withoutInternals(error: ParetoError): ParetoError {
  const shown = Object.entries(error.details).filter(([name]) => isPublicTrailer(name));
  return new ParetoError(error.code, error.message, { cause: error, details: Object.fromEntries(shown) });
}

export const isPublicTrailer = (name: string): boolean =>
  name.startsWith('pareto-') && name !== notExecutedKey && name !== loadKey;
