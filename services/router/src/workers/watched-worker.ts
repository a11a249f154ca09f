// One worker as this router sees it: the calls on its link, and the pings that tell whether it lives.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { CallOptions, wire } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import type { LinkOutcome, WorkerLink } from './worker-link.js';

export type QueryOptions = CallOptions & { readonly signal: AbortSignal };

export interface WatchedWorker {
  readonly alive: boolean;
  /** Never rejects. */
  infer(body: Buffer, options: QueryOptions): Promise<LinkOutcome>;
  /** It counts as gone until it answers a ping. */
  suspect(): void;
  /** Pings end now, the link when its last call does. */
  leave(): void;
}

export interface WatchOptions {
  readonly onAnswer: (response: wire.PingResponse) => void;
  readonly onGone: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const pingEveryMs = milliseconds(500);
const pingTimeoutMs = 1_000;
/** A timeout that is told this late was not watched closely enough to mean anything. */
const ownLagMs = 200;
/** After so many without an answer, the worker's calls under way are given up: they may be sent elsewhere. */
const givenUpAfterPings = 2;

const silent = new ParetoError('unavailable', 'the worker stopped answering');

/** Begins to ping at once. */
export function watchWorker(link: WorkerLink, { onAnswer, onGone, clock, logger }: WatchOptions): WatchedWorker {
  const { address } = link;
  const left = new AbortController();
  const calls = createCalls(() => left.signal.aborted && link.close());
  let silentPings = 0;
  let alive = true;
  let heardAt = clock.now();

  function hear(response: wire.PingResponse): void {
    if (!alive) logger.info('worker answers again', { address });
    alive = true;
    silentPings = 0;
    onAnswer(response);
  }
  function suspect(): void {
    if (alive) logger.warn('worker does not answer', { address });
    alive = false;
    onGone();
  }
  function miss(): void {
    suspect();
    silentPings += 1;
    if (silentPings >= givenUpAfterPings) calls.giveUp();
  }
  /** A ping that took too long means nothing while queries are answered, or when this process itself was late. */
  function isEvidence(error: unknown, sentAt: Milliseconds): boolean {
    const isSlow = error instanceof ParetoError && error.code === 'deadline-exceeded';
    const now = clock.now();
    return !isSlow || (now - heardAt >= pingEveryMs && now - sentAt <= pingTimeoutMs + ownLagMs);
  }
  async function keepPinging(): Promise<void> {
    while (!left.signal.aborted) {
      const sentAt = clock.now();
      await link.ping(pingTimeoutMs).then(hear, (error: unknown) => {
        if (!left.signal.aborted && isEvidence(error, sentAt)) miss();
      });
      await clock.sleep(pingEveryMs, left.signal).catch(() => undefined);
    }
  }

  void keepPinging();
  return {
    get alive() {
      return alive;
    },
    async infer(body, options) {
      const outcome = await calls.run(options.signal, (signal) => link.infer(body, { ...options, signal }));
      if (outcome.kind === 'answered') heardAt = clock.now();
      return outcome.kind === 'failed' && outcome.error === silent ? { kind: 'lost', error: silent } : outcome;
    },
    suspect,
    leave() {
      left.abort(new Error('the worker left the table'));
      if (calls.size === 0) link.close();
    },
  };
}

interface Calls {
  readonly size: number;
  /** `call` gets a signal that aborts with the caller's, or when all calls are given up. */
  run<T>(caller: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  giveUp(): void;
}

function createCalls(onIdle: () => void): Calls {
  const underWay = new Set<AbortController>();
  return {
    get size() {
      return underWay.size;
    },
    async run(caller, call) {
      const own = new AbortController();
      const onAbort = (): void => own.abort(caller.reason);
      caller.addEventListener('abort', onAbort);
      underWay.add(own);
      try {
        return await call(own.signal);
      } finally {
        caller.removeEventListener('abort', onAbort);
        underWay.delete(own);
        if (underWay.size === 0) onIdle();
      }
    },
    giveUp() {
      for (const each of underWay) each.abort(silent);
    },
  };
}
