// The receiver of a stream.

import type { HeaderList } from './hpack/header-list.js';

/** Receives what the peer sends on a stream. `onEnd` is called once, unless `onFailed` was called before. */
export interface StreamHandler {
  /** Called with the headers of the response. A server gets those of a request when the stream starts. */
  onHeaders(headers: HeaderList): void;
  /**
   * Called with data as it arrives: the bytes of `chunk` from `from` to before `to`, which do not change. The peer sends more
   * than the window only after `consumed` was called for these.
   */
  onData(chunk: Buffer, from: number, to: number): void;
  /** Called when the peer has sent everything. */
  onEnd(trailers: HeaderList | undefined): void;
  /** Called when bytes that waited for the peer, or for the connection, were sent. */
  onSent(bytes: number): void;
  /**
   * Called when the stream ended before both sides had sent everything, and was not reset on this side. `code` is an error
   * code of HTTP/2; with `refusedStream` the peer has not processed anything, or nothing was sent.
   */
  onFailed(code: number, reason: string): void;
  /**
   * Called once, before `onEnd` or `onFailed` if the stream closes with them. `code` is an error code of HTTP/2: `noError`
   * if both sides had sent everything.
   */
  onClosed?(code: number): void;
}

const ignore = (): void => undefined;
/** Handles a stream that nothing else handles, or not yet. */
export const unhandled: StreamHandler = {
  onHeaders: ignore,
  onData: ignore,
  onEnd: ignore,
  onSent: ignore,
  onFailed: ignore,
};
