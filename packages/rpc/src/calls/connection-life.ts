// Ends connections whose clients are gone, that are old, or that have no calls.

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
  /** Time without a call after which a connection is closed. */
  readonly maxConnectionIdleMs: number;
  readonly clock: Clock;
}

/** Watches a connection until its socket closes. */
export class ConnectionLife {
  readonly #clock: Clock;
  /** Number of calls in progress. */
  #calls = 0;
  /** Time at which the last call ended. */
  #usedAt: number;

  constructor(connection: FrameConnection, socket: Socket, options: LifeOptions) {
    const { keepaliveMs, maxConnectionAgeMs = Infinity, maxConnectionIdleMs, clock } = options;
    const after = (ms: number, run: () => void): Disposable => clock.after(milliseconds(ms), run);
    const drain = (): void => connection.drain();
    const ping = (): void => {
      pinging = after(answerMs, () => socket.destroy());
      connection.ping(() => {
        pinging[Symbol.dispose]();
        if (!socket.destroyed) pinging = after(keepaliveMs, ping);
      });
    };
    const checkIdle = (): void => {
      const leftMs = this.#calls > 0 ? maxConnectionIdleMs : this.#usedAt + maxConnectionIdleMs - clock.now();
      if (leftMs > 0) idling = after(leftMs, checkIdle);
      else drain();
    };
    this.#clock = clock;
    this.#usedAt = clock.now();
    let pinging = after(keepaliveMs, ping);
    let idling = after(maxConnectionIdleMs, checkIdle);
    const ageMs = maxConnectionAgeMs * (1 + jitter * (2 * systemRng() - 1));
    const aging = ageMs === Infinity ? undefined : after(ageMs, drain);
    socket.once('close', () => {
      for (const timer of [pinging, idling, aging]) timer?.[Symbol.dispose]();
    });
  }

  /** Records the begin of a call. */
  begin(): void {
    this.#calls += 1;
  }

  /** Records the end of a call. */
  end(): void {
    this.#calls -= 1;
    this.#usedAt = this.#clock.now();
  }
}
