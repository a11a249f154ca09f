// Doing again what is safe to repeat, while a controller is away or another one takes over.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { leaderOf } from '@pareto/rpc';
import type { Context } from '../context/context.js';

export interface RepeatOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Told before each repetition. */
  readonly onRepeat: (error: ParetoError) => void;
  /** How long it may fail in a row; 20 s by default: an election and its settling take a few. */
  readonly maxFailingMs?: number;
}

const defaultMaxFailingMs = 20_000;
const pauseMs = milliseconds(500);

/** The answer did not come, so that it is not known whether the call was carried out. A server that stops cancels its calls. */
export const isLost = (error: unknown): boolean =>
  error instanceof ParetoError && ['unavailable', 'cancelled', 'deadline-exceeded'].includes(error.code);

/** Refused for what passes by itself, or lost. */
const mayPass = (error: unknown): error is ParetoError =>
  error instanceof ParetoError && (isLost(error) || error.code === 'aborted' || leaderOf(error) === '');

/**
 * Does a work that may be repeated until it succeeds, fails for what won't pass, or has failed for too long in a row.
 * A long work calls `continuation` when it got further: what it fails with afterwards is a new failure. Throws its last error.
 */
export async function repeat<T>(work: (onProgress: () => void) => Promise<T>, options: RepeatOptions): Promise<T> {
  const { signal, clock, onRepeat, maxFailingMs = defaultMaxFailingMs } = options;
  let failingSince: number | undefined;
  for (;;) {
    try {
      return await work(() => (failingSince = undefined));
    } catch (error) {
      failingSince ??= clock.now();
      if (signal.aborted || !mayPass(error) || clock.now() - failingSince >= maxFailingMs) throw error;
      onRepeat(error);
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** A number with a unit of time, as errors of a lasting problem have. */
const timeSpan = /\d+(\.\d+)? ?(ms|s|min|h)\b/g;

/** Of a command: each reason is told once, whatever the time that it has lasted. */
export function repeatOptions({ stop, clock, terminal }: Context): RepeatOptions {
  const reported = new Set<string>();
  return {
    signal: stop,
    clock,
    onRepeat({ message }) {
      const reason = message.replace(timeSpan, '');
      if (reported.has(reason)) return;
      reported.add(reason);
      terminal.note(`trying again: ${message}`);
    },
  };
}
