// What servers and clients take alike.

import { isIPv6 } from 'node:net';

/** 64 MiB: the largest message either way. */
export const defaultMaxMessageBytes: number = 64 * 1024 * 1024;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Told the trailers of a unary call that succeeded. */
  readonly onTrailers?: ((trailers: ReadonlyMap<string, string>) => void) | undefined;
}

/** host:port, an IPv6 address in brackets. */
export const formatAddress = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
