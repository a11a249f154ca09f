// The schedule of the pings to one worker: every 500 ms, and immediately after the first that fails.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import { ping, type PingResult } from './ping.js';
import type { WorkerLink } from './worker-link.js';

export interface PingLoopOptions {
  /** Returns the link for the next ping. */
  readonly link: () => WorkerLink;
  /** Returns the time of the last successful query. */
  readonly answeredAt: () => Milliseconds;
  /** Receives each result and the number of failed pings since the last response. */
  readonly onResult: (result: PingResult, failedPings: number) => void;
  readonly clock: Clock;
}

export interface PingLoop {
  /** Ends the current pause, so that the next ping is sent immediately. */
  pingNow(): void;
  stop(): void;
}

const pingEveryMs = milliseconds(500);
/** Timeout of a ping. With the interval, it bounds the time until a silent worker is out of use to 1.5 s. */
const pingTimeoutMs = milliseconds(1_000);
/** Timeout of the second ping, which follows a failed first one immediately. */
const secondTimeoutMs = milliseconds(500);

/** Sends the first ping immediately. */
export function startPingLoop({ link, answeredAt, onResult, clock }: PingLoopOptions): PingLoop {
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  let pause = new AbortController();
  let failedPings = 0;

  function count(result: PingResult): void {
    if (result.kind === 'alive') failedPings = 0;
    if (result.kind === 'lost') failedPings += 1;
  }
  async function run(): Promise<void> {
    while (!isStopped()) {
      const timeoutMs = failedPings === 1 ? secondTimeoutMs : pingTimeoutMs;
      const result = await ping(link(), { timeoutMs, answeredAt, clock });
      if (isStopped()) return;
      count(result);
      onResult(result, failedPings);
      if (result.kind === 'uncertain' || failedPings === 1) continue;
      pause = new AbortController();
      await clock.sleep(pingEveryMs, pause.signal).catch(() => undefined);
    }
  }

  void run();
  return {
    pingNow: () => pause.abort(),
    stop() {
      stopping.abort();
      pause.abort();
    },
  };
}
