// The schedule of the pings to one worker: every 500 ms, or every second while no queries are sent to it, and immediately
// after the first that fails.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { ping, type PingOptions, type PingResult } from './ping.js';
import type { WorkerLink } from './worker-link.js';

export interface PingLoopOptions extends Omit<PingOptions, 'timeoutMs'> {
  /** Returns the link for the next ping. */
  readonly link: () => WorkerLink;
  /** Returns the time at which the last query was sent. */
  readonly sentAt: () => Milliseconds;
  /** Receives each result and the number of failed pings since the last response. */
  readonly onResult: (result: PingResult, failedPings: number) => void;
}

export interface PingLoop {
  /** Ends the current pause, so that the next ping is sent immediately. */
  pingNow(): void;
  /** Ends the current pause after half a second, unless that has passed. */
  shortenPause(): void;
  stop(): void;
}

const pingEveryMs = milliseconds(500);
const longPauseMs = milliseconds(2 * pingEveryMs);
/** Time without queries after which every second ping is left out. No query waits for the worker then. */
const idleAfterMs = 10_000;
/** Timeout of a ping. With the interval, it bounds the time until a worker that died silently is out of use to 1.5 s. */
const pingTimeoutMs = milliseconds(1_000);
/** Timeout of the second ping, which follows a failed first one immediately. */
const secondTimeoutMs = milliseconds(500);

/** Sends the first ping immediately. */
export function startPingLoop(options: PingLoopOptions): PingLoop {
  const { link, sentAt, onResult, clock } = options;
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  let pause = new AbortController();
  let [pausedAt, isLongPause] = [clock.now(), false];
  let failedPings = 0;

  function count(result: PingResult): void {
    if (result.kind === 'alive') failedPings = 0;
    if (result.kind === 'lost') failedPings += 1;
  }
  async function run(): Promise<void> {
    while (!isStopped()) {
      const timeoutMs = failedPings === 1 ? secondTimeoutMs : pingTimeoutMs;
      const result = await ping(link(), { ...options, timeoutMs });
      if (isStopped()) return;
      count(result);
      onResult(result, failedPings);
      if (result.kind === 'uncertain' || failedPings === 1) continue;
      pause = new AbortController();
      pausedAt = clock.now();
      isLongPause = failedPings === 0 && pausedAt + pingEveryMs - sentAt() > idleAfterMs;
      await clock.sleep(isLongPause ? longPauseMs : pingEveryMs, pause.signal).catch(() => undefined);
      isLongPause = false;
    }
  }

  void run();
  return {
    pingNow: () => pause.abort(),
    shortenPause() {
      if (!isLongPause) return;
      isLongPause = false;
      const leftMs = pausedAt + pingEveryMs - clock.now();
      const ended = pause;
      if (leftMs >= 0) clock.after(milliseconds(leftMs), () => ended.abort());
    },
    stop() {
      stopping.abort();
      pause.abort();
    },
  };
}
