// Holds queries that wait for a cold variant, and limits how long each waits. The policy decides which queries are held,
// and in which order they are decided again.

import { milliseconds, ParetoError, type Clock, type VariantId } from '@pareto/core';
import { createHoldQueue, type HeldEntry, type HoldUsage } from '@pareto/policy';
import { limitError } from '@pareto/protocol';
import type { ChangeSignal } from './change-signal.js';

interface HoldRequest extends Omit<HeldEntry<unknown>, 'handle'> {
  readonly signal: AbortSignal;
  /** Time until the caller's deadline. Undefined if there is none. */
  readonly remainingMs: number | undefined;
}

export interface Hold extends Disposable {
  /**
   * Waits until `selectAgain` returns a result, which it returns. Rejects with the error of `selectAgain`, or with the reason when
   * the query may not wait longer for `variant`.
   */
  wait<T>(variant: VariantId, selectAgain: () => T | undefined): Promise<T>;
}

export interface Holds {
  /** Queries that wait now. */
  readonly usage: HoldUsage;
  /** Starts the time for which a query may be held. */
  start(request: HoldRequest): Hold;
  /** Decides again on the first held queries, because a replica has more time for them. */
  resume(): void;
}

export interface HoldsOptions {
  readonly changes: Pick<ChangeSignal, 'listen'>;
  /** Notifies of reports of workers, after which a replica may have more time. */
  readonly reports: Pick<ChangeSignal, 'listen'>;
  /** Maximum time that a query is held: the flag `--max-hold-ms`. */
  readonly maxHoldMs: number;
  /** Aborts when the router drains. */
  readonly draining: AbortSignal;
  readonly clock: Clock;
}

interface Waiting {
  /** Decides on the query again. Returns false if it must wait further. */
  tryResume(): boolean;
}

type HoldEnd = 'too-long' | 'deadline' | 'draining';

/** Maximum number of groups of equal queries that are decided again without success when a query has ended. */
const maxFailures = 4;

export function createHolds({ changes, reports, maxHoldMs, draining, clock }: HoldsOptions): Holds {
  const queue = createHoldQueue<Waiting>();
  const started = new Set<AbortController>();
  changes.listen(() => queue.resume(tryResume, Infinity));
  reports.listen(resumeFirst);
  draining.addEventListener('abort', () => {
    for (const ended of started) ended.abort('draining' satisfies HoldEnd);
  });
  function resumeFirst(): void {
    if (queue.usage.count > 0) queue.resume(tryResume, maxFailures);
  }
  return {
    get usage() {
      return queue.usage;
    },
    resume: resumeFirst,
    start({ signal, remainingMs = Infinity, ...request }) {
      const ended = new AbortController();
      if (draining.aborted) ended.abort('draining' satisfies HoldEnd);
      const reason: HoldEnd = remainingMs < maxHoldMs ? 'deadline' : 'too-long';
      const timer = clock.after(milliseconds(Math.min(maxHoldMs, remainingMs)), () => ended.abort(reason));
      started.add(ended);
      return {
        wait: (variant, selectAgain) =>
          new Promise((resolve, reject) => {
            const entry = { ...request, handle: { tryResume: resume } };
            const ends = [signal, ended.signal];
            function leave(): void {
              for (const end of ends) end.removeEventListener('abort', stop);
              queue.leave(entry);
            }
            function stop(): void {
              leave();
              reject(
                signal.aborted
                  ? (signal.reason as Error)
                  : endError(ended.signal.reason as HoldEnd, variant, maxHoldMs),
              );
            }
            function resume(): boolean {
              try {
                const result = selectAgain();
                if (result === undefined) return false;
                resolve(result);
              } catch (error) {
                reject(error instanceof Error ? error : new Error(String(error)));
              }
              leave();
              return true;
            }
            queue.enter(entry);
            for (const end of ends) end.addEventListener('abort', stop);
            if (ends.some((end) => end.aborted)) stop();
          }),
        [Symbol.dispose]() {
          timer[Symbol.dispose]();
          started.delete(ended);
        },
      };
    },
  };
}

const tryResume = (waiting: Waiting): boolean => waiting.tryResume();

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
