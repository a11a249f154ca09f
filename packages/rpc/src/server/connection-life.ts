// Ends connections of frames whose clients are gone, or that are old.

import type { Socket } from 'node:net';
import { milliseconds, systemRng, type Clock } from '@pareto/core';
import type { FrameConnection } from '@pareto/http2';

/** Time for a client to answer a PING. */
const answerMs = milliseconds(20_000);
/** Share of the age by which connections that were opened together are closed apart. */
const jitter = 0.1;

export interface LifeOptions {
  /** Interval between pings. */
  readonly keepaliveMs: number;
  /** Age at which a connection is closed. Unlimited if undefined. */
  readonly maxConnectionAgeMs: number | undefined;
  readonly clock: Clock;
}

/** Watches a connection until its socket closes. */
export function watchLife(connection: FrameConnection, socket: Socket, options: LifeOptions): void {
  const { keepaliveMs, maxConnectionAgeMs, clock } = options;
  let timer = clock.after(milliseconds(keepaliveMs), ping);
  function ping(): void {
    timer = clock.after(answerMs, () => socket.destroy());
    connection.ping(() => {
      timer[Symbol.dispose]();
      if (!socket.destroyed) timer = clock.after(milliseconds(keepaliveMs), ping);
    });
  }
  const ageMs = (maxConnectionAgeMs ?? Infinity) * (1 + jitter * (2 * systemRng() - 1));
  const age = ageMs === Infinity ? undefined : clock.after(milliseconds(ageMs), () => connection.drain());
  socket.once('close', () => {
    timer[Symbol.dispose]();
    age?.[Symbol.dispose]();
  });
}
