// Tracks the queries that wait for a cold variant, and limits how long each waits. The policy `admit` decides which
// queries are held.

import { milliseconds, ParetoError, type Clock, type VariantId } from '@pareto/core';
import type { HoldUsage } from '@pareto/policy';
import { limitError } from '@pareto/rpc';
import type { ChangeSignal } from './change-signal.js';

interface HoldRequest {
  readonly bytes: number;
  readonly signal: AbortSignal;
  /** Time until the caller's deadline. Undefined if there is none. */
  readonly remainingMs: number | undefined;
}

export interface Hold extends Disposable {
  /** Resolves at the next change. Rejects with the reason when the query may not wait longer. */
  next(variant: VariantId): Promise<void>;
}

export interface Holds {
  /** Returns the usage of all holds but `except`. */
  held(except: Hold | undefined): HoldUsage;
  enter(request: HoldRequest): Hold;
}

export interface HoldsOptions {
  readonly changes: ChangeSignal;
  /** Maximum time that a query is held: the flag `--max-hold-ms`. */
  readonly maxHoldMs: number;
  /** Aborts when the router drains. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
}

type HoldEnd = 'too-long' | 'deadline' | 'draining';

export function createHolds({ changes, maxHoldMs, draining, clock }: HoldsOptions): Holds {
  const holds = new Map<Hold, { readonly bytes: number; readonly ended: AbortController }>();
  let heldBytes = 0;
  draining.addEventListener('abort', () => {
    for (const { ended } of holds.values()) ended.abort('draining' satisfies HoldEnd);
  });
  return {
    held(except) {
      const own = except === undefined ? undefined : holds.get(except);
      return { count: holds.size - (own === undefined ? 0 : 1), bytes: heldBytes - (own?.bytes ?? 0) };
    },
    enter({ bytes, signal, remainingMs = Infinity }) {
      const ended = new AbortController();
      if (draining.aborted) ended.abort('draining' satisfies HoldEnd);
      const reason: HoldEnd = remainingMs < maxHoldMs ? 'deadline' : 'too-long';
      const timer = clock.after(milliseconds(Math.min(maxHoldMs, remainingMs)), () => ended.abort(reason));
      const createError = (variant: VariantId): Error =>
        signal.aborted ? (signal.reason as Error) : endError(ended.signal.reason as HoldEnd, variant, maxHoldMs);
      const hold: Hold = {
        next: (variant) => abortable(changes.next(), [signal, ended.signal], () => createError(variant)),
        [Symbol.dispose]() {
          timer[Symbol.dispose]();
          if (holds.delete(hold)) heldBytes -= bytes;
        },
      };
      holds.set(hold, { bytes, ended });
      heldBytes += bytes;
      return hold;
    },
  };
}

function endError(end: HoldEnd, variant: VariantId, maxHoldMs: number): ParetoError {
  switch (end) {
    case 'draining':
      return new ParetoError('unavailable', 'this router is shutting down; retry on another router');
    case 'deadline':
      return new ParetoError('deadline-exceeded', `the deadline passed while variant ${variant} was being loaded`);
    case 'too-long':
      return limitError(
        'heldQueries',
        'resource-exhausted',
        `variant ${variant} was not loaded within ${maxHoldMs} ms`,
      );
  }
}

/** Resolves with `waited`. Rejects with the error of `createError` if one of `ends` aborts before. */
export function abortable(
  waited: Promise<void>,
  ends: readonly AbortSignal[],
  createError: () => Error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = (): void => ends.forEach((end) => end.removeEventListener('abort', stop));
    const stop = (): void => {
      forget();
      reject(createError());
    };
    if (ends.some((end) => end.aborted)) return stop();
    for (const end of ends) end.addEventListener('abort', stop);
    void waited.then(() => {
      forget();
      resolve();
    });
  });
}
