// A channel for unary calls of encoded messages, without the layers of gRPC for Node.

import { ParetoError } from '@pareto/core';
import { joinSlices, payloadOf, type Payload } from '@pareto/protocol';
import type { ByteBudget } from '../limits/byte-budget.js';
import type { CallOptions } from '../transport/options.js';
import type { ChannelOptions, RawCaller } from './client.js';

export interface PayloadChannelOptions extends Omit<ChannelOptions, 'keepaliveMs'> {
  /** Receive window of a connection in bytes. 8 MiB if omitted. */
  readonly receiveWindowBytes?: number;
  /** Budget in which large replies count while they arrive. */
  readonly bytes?: ByteBudget;
}

export interface PayloadChannel {
  readonly address: string;
  /** Creates a function that starts calls of a unary method by its path. It throws `unavailable` once closed. */
  payloadCall(path: string): PayloadCall;
  /** Creates a function that calls a unary method by its path with an encoded request and returns the encoded reply. */
  caller(path: string): RawCaller;
  /** Calls `listener` whenever a connection has ended, until the channel is closed. */
  onDisconnected(listener: () => void): void;
  /** Accepts no more calls. Calls in progress continue until they finish. */
  close(): void;
}

export interface PayloadReply {
  readonly payload: Payload;
  readonly trailers: ReadonlyMap<string, string>;
}

/** Starts a call, and calls `done` once with its outcome, later. Returns a function that cancels the call. */
export type PayloadCall = (
  request: Payload,
  options: Pick<CallOptions, 'timeoutMs' | 'metadata'>,
  done: (outcome: PayloadReply | ParetoError) => void,
) => () => void;

/** Returns a function that starts a call and returns its reply. */
export const rawCaller =
  (start: PayloadCall): RawCaller =>
  (body, options = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const cancel = start(payloadOf(body), options, (outcome) => {
        signal?.removeEventListener('abort', cancel);
        if (outcome instanceof ParetoError)
          return reject(signal?.aborted === true ? (signal.reason as Error) : outcome);
        options.onTrailers?.(outcome.trailers);
        return resolve({ body: joinSlices(outcome.payload.slices), trailers: outcome.trailers });
      });
      signal?.addEventListener('abort', cancel);
    });
