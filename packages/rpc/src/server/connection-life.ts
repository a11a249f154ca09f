// Ends connections of frames whose clients are gone, or that are old.

import type { Socket } from 'node:net';
import { milliseconds, systemClock, systemRng } from '@pareto/core';
import type { FrameConnection } from '../http2/frame-connection.js';

/** Time for a client to answer a PING. */
const answerMs = milliseconds(20_000);
/** Share of the age by which connections that were opened together are closed apart. */
const jitter = 0.1;

export interface LifeOptions {
  /** Interval between pings. */
  readonly keepaliveMs: number;
  /** Age at which a connection is closed. Unlimited if undefined. */
  readonly maxConnectionAgeMs: number | undefined;
}

/** Watches a connection until its socket closes. */
export function watchLife(connection: FrameConnection, socket: Socket, options: LifeOptions): void {
  const { keepaliveMs, maxConnectionAgeMs } = options;
  let timer = systemClock.after(milliseconds(keepaliveMs), ping);
  function ping(): void {
    timer = systemClock.after(answerMs, () => socket.destroy());
    connection.ping(() => {
      timer[Symbol.dispose]();
      if (!socket.destroyed) timer = systemClock.after(milliseconds(keepaliveMs), ping);
    });
  }
  const ageMs = (maxConnectionAgeMs ?? Infinity) * (1 + jitter * (2 * systemRng() - 1));
  const age = ageMs === Infinity ? undefined : systemClock.after(milliseconds(ageMs), () => connection.drain());
  socket.once('close', () => {
    timer[Symbol.dispose]();
    age?.[Symbol.dispose]();
  });
}
