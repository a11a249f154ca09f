// Pings one worker, when the policy says so.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { countPing, noPings, planPause, planPing, type PingCounts } from '@pareto/policy';
import { ping, type PingOptions, type PingResult } from './ping.js';
import type { WorkerLink } from './worker-link.js';

export interface PingLoopOptions extends Omit<PingOptions, 'plan'> {
  /** Returns the link for the next ping. */
  readonly link: () => WorkerLink;
  /** Returns the time at which the last query was sent. */
  readonly sentAt: () => Milliseconds;
  readonly onResult: (result: PingResult, counts: PingCounts) => void;
}

export interface PingLoop {
  /** Ends the current pause, so that the next ping is sent immediately. */
  pingNow(): void;
  /** Ends a longer pause as early as the usual one. */
  shortenPause(): void;
  stop(): void;
}

/** Sends the first ping immediately. */
export function startPingLoop(options: PingLoopOptions): PingLoop {
  const { link, sentAt, onResult, params, clock } = options;
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  let pause = new AbortController();
  let [pausedAt, isLongPause] = [clock.now(), false];
  let counts: PingCounts = noPings;

  async function run(): Promise<void> {
    while (!isStopped()) {
      const pingedAt = clock.now();
      const result = await ping(link(), { ...options, plan: planPing(counts, params) });
      if (isStopped()) return;
      counts = countPing(counts, result.kind, options.answeredAt() > pingedAt);
      onResult(result, counts);
      pausedAt = clock.now();
      const pauseMs = planPause(result.kind, counts, pausedAt - sentAt(), params);
      if (pauseMs === 0) continue;
      pause = new AbortController();
      isLongPause = pauseMs > params.everyMs;
      await clock.sleep(milliseconds(pauseMs), pause.signal).catch(() => undefined);
      isLongPause = false;
    }
  }

  void run();
  return {
    pingNow: () => pause.abort(),
    shortenPause() {
      if (!isLongPause) return;
      isLongPause = false;
      const leftMs = pausedAt + params.everyMs - clock.now();
      const ended = pause;
      if (leftMs >= 0) clock.after(milliseconds(leftMs), () => ended.abort());
    },
    stop() {
      stopping.abort();
      pause.abort();
    },
  };
}
