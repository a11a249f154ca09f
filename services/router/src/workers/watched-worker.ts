// Watches one worker: runs the calls on its link, and uses pings to detect whether it is reachable.

import { ParetoError, type Clock } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ProbeLiveness } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { LossReason, PingResult } from './ping.js';
import { startPingLoop } from './ping-loop.js';
import type { ForwardedQuery, OnOutcome, WorkerLink } from './worker-link.js';

export interface WatchedWorker {
  readonly alive: boolean;
  /** Sends a query to the worker. */
  infer(query: ForwardedQuery, done: OnOutcome): void;
  /** Marks the worker unreachable until it answers a ping, and sends the next ping immediately. */
  suspect(reason: LossReason, error: unknown): void;
  /** Stops calling the options' callbacks. Pings continue until the last call has ended. Then the link is closed. */
  leave(): void;
}

export interface WatchOptions {
  readonly onPingResponse: (response: wire.PingResponse) => void;
  /** Called when a reachable worker is marked unreachable. */
  readonly onLost: (reason: LossReason) => void;
  readonly probe: ProbeLiveness;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Number of failed pings after which the link is reopened and its calls are aborted, so that they can be retried. */
const reopenAfterFailedPings = 2;

const unresponsive = new ParetoError('unavailable', 'the worker stopped responding');

/** Starts pinging. Calls `connect` again after failed pings, since the end of a connection may never be reported. */
export function watchWorker(address: string, connect: () => WorkerLink, options: WatchOptions): WatchedWorker {
  const { onPingResponse, onLost, probe, clock, logger } = options;
  let link = open();
  let inFlight = 0;
  let hasLeft = false;
  let isClosed = false;
  let lostAt: number | undefined;
  let [sentAt, answeredAt] = [clock.now(), clock.now()];
  const pings = startPingLoop({
    link: () => link,
    sentAt: () => sentAt,
    answeredAt: () => answeredAt,
    isAlive: async () => (await probe(address)) !== undefined,
    onResult,
    clock,
  });

  function open(): WorkerLink {
    const opened = connect();
    opened.onBroken(() => {
      if (opened === link && !isClosed) suspect('connection-lost', undefined);
    });
    return opened;
  }
  function closeIfUnused(): void {
    if (!hasLeft || inFlight > 0) return;
    isClosed = true;
    pings.stop();
    link.close();
  }
  function onResponse(response: wire.PingResponse): void {
    if (lostAt !== undefined)
      logger.info('worker is reachable again', { address, lostMs: Math.round(clock.now() - lostAt) });
    lostAt = undefined;
    if (!hasLeft) onPingResponse(response);
  }
  function markLost(reason: LossReason, error: unknown): void {
    if (lostAt !== undefined || hasLeft) return;
    lostAt = clock.now();
    logger.warn('worker is unreachable', { address, reason, error });
    onLost(reason);
  }
  function suspect(reason: LossReason, error: unknown): void {
    markLost(reason, error);
    pings.pingNow();
  }
  function reopen(): void {
    link.abort(unresponsive);
    link.close();
    link = open();
  }
  function onResult(result: PingResult, failedPings: number): void {
    if (result.kind === 'alive') onResponse(result.response);
    if (result.kind !== 'lost') return;
    markLost(result.reason, result.error);
    if (failedPings % reopenAfterFailedPings === 0) reopen();
  }

  return {
    get alive() {
      return lostAt === undefined;
    },
    infer(query, done) {
      inFlight += 1;
      sentAt = clock.now();
      pings.shortenPause();
      link.infer(query, (outcome) => {
        inFlight -= 1;
        if (outcome.kind === 'answered') answeredAt = clock.now();
        closeIfUnused();
        done(outcome);
      });
    },
    suspect,
    leave() {
      hasLeft = true;
      closeIfUnused();
    },
  };
}
