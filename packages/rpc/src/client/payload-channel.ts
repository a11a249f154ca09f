// A channel for unary calls of encoded messages, without the layers of gRPC for Node.

import type { Clock } from '@pareto/core';
import type { ChannelTls } from '../tls/channel-tls.js';
import type { PayloadCall, RawCaller } from './client.js';

export interface PayloadChannelOptions {
  readonly maxMessageBytes?: number;
  /** Metadata of every call. The call's own metadata overrides it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Plain text if undefined. */
  readonly tls?: ChannelTls;
  /** Receive window of a connection in bytes. 8 MiB if omitted. */
  readonly receiveWindowBytes?: number;
  readonly clock?: Clock;
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
