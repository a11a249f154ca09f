// Repeats idempotent calls while a controller is unavailable or another one takes over.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { leaderOf } from '@pareto/rpc';
import type { Context } from '../context/context.js';

export interface RepeatOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called with the last error before each repetition. */
  readonly onRepeat: (error: ParetoError) => void;
  /** Time limit of consecutive failures, 20 s by default, which is longer than an election takes. */
  readonly maxFailingMs?: number;
}

const defaultMaxFailingMs = 20_000;
const pauseMs = milliseconds(500);

/** Returns whether no response arrived, so that the call may have been executed. A stopping server cancels calls. */
export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof ParetoError && ['unavailable', 'cancelled', 'deadline-exceeded'].includes(error.code);

/** Returns whether a repetition can succeed: unknown outcome, conflict with another call, or no leader for now. */
const isRetryable = (error: unknown): error is ParetoError =>
  error instanceof ParetoError && (isOutcomeUnknown(error) || error.code === 'aborted' || leaderOf(error) === '');

/**
 * Runs `work`, which must be idempotent, until it succeeds. Throws its last error if that is not retryable, or if it
 * has failed for `maxFailingMs` without progress. Work in several parts calls `onProgress` after each, which restarts
 * that time.
 */
export async function repeat<T>(work: (onProgress: () => void) => Promise<T>, options: RepeatOptions): Promise<T> {
  const { signal, clock, onRepeat, maxFailingMs = defaultMaxFailingMs } = options;
  let failingSince: number | undefined;
  for (;;) {
    try {
      return await work(() => (failingSince = undefined));
    } catch (error) {
      failingSince ??= clock.now();
      if (signal.aborted || !isRetryable(error) || clock.now() - failingSince >= maxFailingMs) throw error;
      onRepeat(error);
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** A number with a unit of time, which differs between errors with the same cause. */
const timeSpan = /\d+(\.\d+)? ?(ms|s|min|h)\b/g;

/** Returns options that print each distinct error once, ignoring the times in it. */
export function repeatOptions({ stop, clock, terminal }: Context): RepeatOptions {
  const reported = new Set<string>();
  return {
    signal: stop,
    clock,
    onRepeat({ message }) {
      const reason = message.replace(timeSpan, '');
      if (reported.has(reason)) return;
      reported.add(reason);
      terminal.note(`retrying: ${message}`);
    },
  };
}
