// Sends one ping and classifies the result: the worker is alive or lost, or the result is uncertain.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { WorkerLink } from './worker-link.js';

/** Symptom by which a worker was found to be unreachable. */
export type LossReason = 'timeout' | 'unreachable' | 'connection-lost' | 'bad-reply';

export type PingResult =
  | { readonly kind: 'alive'; readonly response: wire.PingResponse }
  | { readonly kind: 'lost'; readonly reason: LossReason; readonly error: unknown }
  /** The ping timed out, but the worker answered queries meanwhile. */
  | { readonly kind: 'uncertain' };

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
  const ended = new AbortController();
  const answered = link.ping({ signal: ended.signal }).then(
    (response): PingResult => ({ kind: 'alive', response }),
    (error: unknown): PingResult => ({ kind: 'lost', reason: reasonOf(error), error }),
  );
  const timedOut = waitForTimeout(options, ended.signal).then((): PingResult => {
    if (options.clock.now() - options.answeredAt() < recentMs) return { kind: 'uncertain' };
    return { kind: 'lost', reason: 'timeout', error: undefined };
  });
  try {
    return await Promise.race([answered, timedOut]);
  } finally {
    ended.abort(new ParetoError('cancelled', 'the ping has ended'));
  }
}

/** Resolves after the timeout, or not at all if `ended` aborts before. */
async function waitForTimeout({ timeoutMs, clock }: PingOptions, ended: AbortSignal): Promise<void> {
  const sleep = (delayMs: Milliseconds): Promise<void> =>
    clock.sleep(delayMs, ended).catch(() => new Promise<void>(() => undefined));
  const sentAt = clock.now();
  await sleep(timeoutMs);
  if (clock.now() - sentAt > timeoutMs + maxTimerLagMs) await sleep(graceMs);
}

function reasonOf(error: unknown): LossReason {
  return error instanceof ParetoError && error.code !== 'unavailable' && error.code !== 'cancelled'
    ? 'bad-reply'
    : 'unreachable';
}
