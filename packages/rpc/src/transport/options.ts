// Options and defaults that servers and clients share.

import { isIPv6 } from 'node:net';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Called with the trailers of a unary call that succeeded. */
  readonly onTrailers?: ((trailers: ReadonlyMap<string, string>) => void) | undefined;
}

/** Formats host:port, with an IPv6 address in brackets. */
export const formatAddress = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;
