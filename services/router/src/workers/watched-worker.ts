// One worker as this router sees it: the calls on its link, and the pings that tell whether it lives.

import { ParetoError, type Clock } from '@pareto/core';
import type { CallOptions, wire } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import { createCalls } from './calls.js';
import type { LossReason, PingResult } from './ping.js';
import { startPingLoop } from './ping-loop.js';
import type { LinkOutcome, WorkerLink } from './worker-link.js';

export type QueryOptions = CallOptions & { readonly signal: AbortSignal };

export interface WatchedWorker {
  readonly alive: boolean;
  /** Never rejects. */
  infer(body: Buffer, options: QueryOptions): Promise<LinkOutcome>;
  /** It counts as gone until it answers a ping, the next of which goes out at once. */
  suspect(reason: LossReason, error: unknown): void;
  /** Tells nothing more of it. Pings go on until its last call has ended, then its link does. */
  leave(): void;
}

export interface WatchOptions {
  readonly onPingResponse: (response: wire.PingResponse) => void;
  /** It was alive, and counts as gone. */
  readonly onLost: (reason: LossReason) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Number of failed pings after which the calls in flight are aborted, so that they can be retried elsewhere, and the link is reopened. */
const reopenAfterFailedPings = 2;

const unresponsive = new ParetoError('unavailable', 'the worker stopped answering');

/** Begins to ping at once. `connect` is called again when a link has come to nothing: its connection may never be told of. */
export function watchWorker(address: string, connect: () => WorkerLink, options: WatchOptions): WatchedWorker {
  const { onPingResponse, onLost, clock, logger } = options;
  const calls = createCalls(closeIfUnused);
  let link = open();
  let hasLeft = false;
  let isClosed = false;
  let lostAt: number | undefined;
  let answeredAt = clock.now();
  const pings = startPingLoop({ link: () => link, answeredAt: () => answeredAt, onResult, clock });

  function open(): WorkerLink {
    const opened = connect();
    opened.onBroken(() => {
      if (opened === link && !isClosed) suspect('connection-lost', undefined);
    });
    return opened;
  }
  function closeIfUnused(): void {
    if (!hasLeft || calls.size > 0) return;
    isClosed = true;
    pings.stop();
    link.close();
  }
  function onResponse(response: wire.PingResponse): void {
    if (lostAt !== undefined)
      logger.info('worker answers again', { address, lostMs: Math.round(clock.now() - lostAt) });
    lostAt = undefined;
    if (!hasLeft) onPingResponse(response);
  }
  function markLost(reason: LossReason, error: unknown): void {
    if (lostAt !== undefined || hasLeft) return;
    lostAt = clock.now();
    logger.warn('worker out of use', { address, reason, error });
    onLost(reason);
  }
  function suspect(reason: LossReason, error: unknown): void {
    markLost(reason, error);
    pings.pingNow();
  }
  function reopen(): void {
    calls.giveUp(unresponsive);
    link.close();
    link = open();
  }
  function onResult(result: PingResult, failedPings: number): void {
    if (result.kind === 'lives') onResponse(result.response);
    if (result.kind !== 'gone') return;
    markLost(result.reason, result.error);
    if (failedPings % reopenAfterFailedPings === 0) reopen();
  }

  return {
    get alive() {
      return lostAt === undefined;
    },
    async infer(body, callOptions) {
      const outcome = await calls.run(callOptions.signal, (signal) => link.infer(body, { ...callOptions, signal }));
      if (outcome.kind === 'answered') answeredAt = clock.now();
      return outcome.kind === 'failed' && outcome.error === unresponsive
        ? { kind: 'lost', error: unresponsive }
        : outcome;
    },
    suspect,
    leave() {
      hasLeft = true;
      closeIfUnused();
    },
  };
}
