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
  readonly onResult: (result: PingResult, counts: PingCounts) => void;
}

/** Numbers of pings since the last response. */
export interface PingCounts {
  readonly failed: number;
  /** Number of uncertain results without an answered query. */
  readonly uncertain: number;
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
/** Number of uncertain results, of a second each, after which the process is not probed: its service hangs or is unreachable. */
const maxUncertainPings = 30;

/** Sends the first ping immediately. */
export function startPingLoop(options: PingLoopOptions): PingLoop {
  const { link, sentAt, onResult, clock } = options;
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  let pause = new AbortController();
  let [pausedAt, isLongPause] = [clock.now(), false];
  let counts: PingCounts = { failed: 0, uncertain: 0 };

  /** Counts the result of the ping that was sent at this time. */
  function count({ kind }: PingResult, pingedAt: Milliseconds): void {
    const { failed, uncertain } = counts;
    if (kind === 'alive') counts = { failed: 0, uncertain: 0 };
    if (kind === 'lost') counts = { failed: failed + 1, uncertain };
    if (kind === 'uncertain') counts = { failed, uncertain: options.answeredAt() > pingedAt ? 0 : uncertain + 1 };
  }
  const isAlive = async (): Promise<boolean> => counts.uncertain < maxUncertainPings && options.isAlive();
  async function run(): Promise<void> {
    while (!isStopped()) {
      const timeoutMs = counts.failed === 1 ? secondTimeoutMs : pingTimeoutMs;
      const pingedAt = clock.now();
      const result = await ping(link(), { ...options, isAlive, timeoutMs });
      if (isStopped()) return;
      count(result, pingedAt);
      onResult(result, counts);
      if (result.kind === 'uncertain' || counts.failed === 1) continue;
      pause = new AbortController();
      pausedAt = clock.now();
      isLongPause = counts.failed === 0 && pausedAt + pingEveryMs - sentAt() > idleAfterMs;
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
