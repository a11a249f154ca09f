// Sends one ping and classifies the result: the worker is alive or lost, or the result is uncertain.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { timedOutPing, type PingParams, type PlannedPing } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { afterAwake } from '@pareto/service';
import type { WorkerLink } from './worker-link.js';

/** Symptom by which a worker was found to be unreachable. */
export type LossReason = 'timeout' | 'unreachable' | 'connection-lost' | 'bad-reply';

export type PingResult =
  | { readonly kind: 'alive'; readonly response: wire.PingResponse }
  | { readonly kind: 'lost'; readonly reason: LossReason; readonly error: unknown }
  /** The ping timed out, but the worker answered queries meanwhile, or its process is alive, and too busy to respond. */
  | { readonly kind: 'uncertain' };

export interface PingOptions {
  readonly plan: PlannedPing;
  readonly params: PingParams;
  /** Returns the time of the last successful query. */
  readonly answeredAt: () => Milliseconds;
  /** Returns whether the worker's process is alive, within 300 ms. */
  readonly isAlive: () => Promise<boolean>;
  readonly clock: Clock;
}

/** Pings the worker once. Does not reject. */
export async function ping(link: WorkerLink, options: PingOptions): Promise<PingResult> {
  const ended = new AbortController();
  const answered = link.ping({ signal: ended.signal }).then(
    (response): PingResult => ({ kind: 'alive', response }),
    (error: unknown): PingResult => ({ kind: 'lost', reason: reasonOf(error), error }),
  );
  const timedOut = probeAtTimeout(options, ended.signal).then((isAlive): PingResult => {
    const { clock, answeredAt, params } = options;
    const kind = timedOutPing(isAlive, clock.now() - answeredAt(), params);
    return kind === 'lost' ? { kind, reason: 'timeout', error: undefined } : { kind: 'uncertain' };
  });
  try {
    return await Promise.race([answered, timedOut]);
  } finally {
    ended.abort(new ParetoError('cancelled', 'the ping has ended'));
  }
}

/** Resolves after the timeout, with whether the process is alive. Does not resolve if `ended` aborts before. */
async function probeAtTimeout({ plan, params, isAlive, clock }: PingOptions, ended: AbortSignal): Promise<boolean> {
  const sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = afterAwake(clock, milliseconds(delayMs), resolve);
      ended.addEventListener('abort', () => timer[Symbol.dispose]());
    });
  const { probeMs } = params;
  await sleep(plan.timeoutMs - probeMs);
  const [isFound] = await Promise.all([plan.probes && isAlive(), sleep(probeMs)]);
  return isFound;
}

function reasonOf(error: unknown): LossReason {
  return error instanceof ParetoError && error.code !== 'unavailable' && error.code !== 'cancelled'
    ? 'bad-reply'
    : 'unreachable';
}
