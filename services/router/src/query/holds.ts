// Queries that wait for a cold variant: bounded in count, bytes and time.

import { milliseconds, ParetoError, type Clock, type VariantId } from '@pareto/core';
import type { Held } from '@pareto/policy';
import type { Changes } from '../changes.js';

interface HoldRequest {
  readonly bytes: number;
  readonly signal: AbortSignal;
  /** Until the caller's deadline; undefined when it set none. */
  readonly remainingMs: number | undefined;
}

export interface Hold extends Disposable {
  /** Resolves when something has changed. Rejects when the query may wait no longer, saying why. */
  next(variant: VariantId): Promise<void>;
}

export interface Holds {
  /** What is held, `except` one of them left out. */
  held(except: Hold | undefined): Held;
  enter(request: HoldRequest): Hold;
}

export interface HoldsOptions {
  readonly changes: Changes;
  readonly maxHoldMs: number;
  /** Aborts when the router drains. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
}

export function createHolds({ changes, maxHoldMs, draining, clock }: HoldsOptions): Holds {
  const holds = new Map<Hold, number>();
  let heldBytes = 0;
  return {
    held(except) {
      const own = except === undefined ? undefined : holds.get(except);
      return { count: holds.size - (own === undefined ? 0 : 1), bytes: heldBytes - (own ?? 0) };
    },
    enter({ bytes, signal, remainingMs }) {
      const ended = new AbortController();
      const waitMs = Math.min(maxHoldMs, remainingMs ?? Infinity);
      const timer = clock.after(milliseconds(waitMs), () => ended.abort(waitMs === maxHoldMs ? 'hold' : 'deadline'));
      const ends = [signal, draining, ended.signal];
      const why = (variant: VariantId): Error => {
        if (signal.aborted) return signal.reason as Error;
        if (draining.aborted) return new ParetoError('unavailable', 'this router is shutting down: ask another');
        if (ended.signal.reason === 'deadline') return deadlinePassed(variant);
        return new ParetoError('resource-exhausted', `variant ${variant} was not loaded within ${maxHoldMs} ms`);
      };
      const hold: Hold = {
        next: (variant) => unlessEnded(changes.next(), ends, () => why(variant)),
        [Symbol.dispose]() {
          timer[Symbol.dispose]();
          if (holds.delete(hold)) heldBytes -= bytes;
        },
      };
      holds.set(hold, bytes);
      heldBytes += bytes;
      return hold;
    },
  };
}

const deadlinePassed = (variant: VariantId): ParetoError =>
  new ParetoError('deadline-exceeded', `the deadline passed while variant ${variant} was being loaded`);

/** By hand, as `AbortSignal.any` over a signal that lives as long as the process keeps what it makes. */
function unlessEnded(waited: Promise<void>, ends: readonly AbortSignal[], why: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = (): void => ends.forEach((end) => end.removeEventListener('abort', stop));
    const stop = (): void => {
      forget();
      reject(why());
    };
    if (ends.some((end) => end.aborted)) return stop();
    for (const end of ends) end.addEventListener('abort', stop);
    void waited.then(() => {
      forget();
      resolve();
    });
  });
}
