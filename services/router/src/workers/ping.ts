// One ping, and what it says of the worker: it lives, it is gone, or neither.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { WorkerLink } from './worker-link.js';

/** What gave a worker away: no answer in time, no way to it, a connection that broke, an answer that is none. */
export type LossReason = 'timeout' | 'unreachable' | 'connection-lost' | 'bad-reply';

export type PingResult =
  | { readonly kind: 'lives'; readonly response: wire.PingResponse }
  | { readonly kind: 'gone'; readonly reason: LossReason; readonly error: unknown }
  /** Queries were answered meanwhile. */
  | { readonly kind: 'unsure' };

export interface PingOptions {
  readonly timeoutMs: Milliseconds;
  /** When a query was last answered. */
  readonly answeredAt: () => Milliseconds;
  readonly clock: Clock;
}

/** A timeout that is told this late means nothing yet: this process did not look. */
const ownLagMs = 200;
const graceMs = milliseconds(300);
/** A query that was answered so shortly before is a sign of life. */
const recentMs = 500;

/** Never rejects. */
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

/** Never resolves once `over` aborts. */
async function waitForTimeout({ timeoutMs, clock }: PingOptions, over: AbortSignal): Promise<void> {
  const sleep = (delayMs: Milliseconds): Promise<void> =>
    clock.sleep(delayMs, over).catch(() => new Promise<void>(() => undefined));
  const sentAt = clock.now();
  await sleep(timeoutMs);
  if (clock.now() - sentAt > timeoutMs + ownLagMs) await sleep(graceMs);
}

function reasonOf(error: unknown): LossReason {
  return error instanceof ParetoError && error.code !== 'unavailable' && error.code !== 'cancelled'
    ? 'bad-reply'
    : 'unreachable';
}
