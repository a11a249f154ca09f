// Sends one ping and classifies the result: the worker is alive, unreachable, or uncertain.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { WorkerLink } from './worker-link.js';

/** Symptom by which a worker was found to be unreachable. */
export type LossReason = 'timeout' | 'unreachable' | 'connection-lost' | 'bad-reply';

export type PingResult =
  | { readonly kind: 'lives'; readonly response: wire.PingResponse }
  | { readonly kind: 'gone'; readonly reason: LossReason; readonly error: unknown }
  /** The ping timed out, but the worker answered queries meanwhile. */
  | { readonly kind: 'unsure' };

export interface PingOptions {
  readonly timeoutMs: Milliseconds;
  /** Returns the time of the last successful query. */
  readonly answeredAt: () => Milliseconds;
  readonly clock: Clock;
}

/** Lag of a timer above which this process was too busy to receive the response, so that the timeout proves nothing. */
const maxTimerLagMs = 200;
/** Additional time to wait after such a lag. */
const graceMs = milliseconds(300);
/** Age up to which a successful query shows that the worker is alive. */
const recentMs = 500;

/** Pings the worker once. Does not reject. */
export async function ping(link: WorkerLink, options: PingOptions): Promise<PingResult> {
  const over = new AbortController();
  const answered = link.ping({ signal: over.signal }).then(
    (response): PingResult => ({ kind: 'lives', response }),
    (error: unknown): PingResult => ({ kind: 'gone', reason: reasonOf(error), error }),
  );
  const timedOut = waitForTimeout(options, over.signal).then((): PingResult => {
    if (options.clock.now() - options.answeredAt() < recentMs) return { kind: 'unsure' };
    return { kind: 'gone', reason: 'timeout', error: undefined };
  });
  try {
    return await Promise.race([answered, timedOut]);
  } finally {
    over.abort(new ParetoError('cancelled', 'the ping is over'));
  }
}

/** Resolves after the timeout, or not at all if `over` aborts before. */
async function waitForTimeout({ timeoutMs, clock }: PingOptions, over: AbortSignal): Promise<void> {
  const sleep = (delayMs: Milliseconds): Promise<void> =>
    clock.sleep(delayMs, over).catch(() => new Promise<void>(() => undefined));
  const sentAt = clock.now();
  await sleep(timeoutMs);
  if (clock.now() - sentAt > timeoutMs + maxTimerLagMs) await sleep(graceMs);
}

function reasonOf(error: unknown): LossReason {
  return error instanceof ParetoError && error.code !== 'unavailable' && error.code !== 'cancelled'
    ? 'bad-reply'
    : 'unreachable';
}
