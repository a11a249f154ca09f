// Watches one worker: runs the calls on its link, and uses pings to detect whether it is reachable.

import { ParetoError, workerId, type Clock, type WorkerInfo } from '@pareto/core';
import { planLink, type PingCounts, type PingParams } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import type { ProbeLiveness } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { LossReason, PingResult } from './ping.js';
import { startPingLoop } from './ping-loop.js';
import type { ForwardedQuery, OnOutcome, WorkerLink } from './worker-link.js';

/** A process of a worker. */
export type WorkerProcess = Pick<WorkerInfo, 'id' | 'incarnation'>;

export interface WatchedWorker {
  readonly alive: boolean;
  /** The process, if it answered a ping or a query in the last 3 s. Undefined otherwise. */
  readonly reached: WorkerProcess | undefined;
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
  readonly pings: PingParams;
  readonly clock: Clock;
  readonly logger: Logger;
}

const unresponsive = new ParetoError('unavailable', 'the worker stopped responding');

/** `left`: its last calls end. `closed`: its link is closed. */
type Life = 'member' | 'left' | 'closed';

type Reach = { readonly kind: 'reachable' } | { readonly kind: 'lost'; readonly since: number };

/** Starts pinging. Calls `connect` again after failed pings, since the end of a connection may never be reported. */
export function watchWorker(address: string, connect: () => WorkerLink, options: WatchOptions): WatchedWorker {
  const { onPingResponse, onLost, probe, pings: params, clock, logger } = options;
  let link = open();
  let inFlight = 0;
  let life: Life = 'member';
  let reach: Reach = { kind: 'reachable' };
  let [sentAt, answeredAt] = [clock.now(), clock.now()];
  let pingedAt = clock.now();
  /** The process that last responded to a ping. Undefined before the first response. */
  let process: WorkerProcess | undefined;
  /** Time of the response on another connection while the worker did not respond on the link. */
  let respondedElsewhereAt: number | undefined;
  const pings = startPingLoop({
    link: () => link,
    sentAt: () => sentAt,
    answeredAt: () => answeredAt,
    isAlive: async () => {
      const found = await probe(address);
      return found !== undefined && (process === undefined || found === process.incarnation);
    },
    onResult,
    params,
    clock,
  });

  function open(): WorkerLink {
    const opened = connect();
    opened.onBroken(() => {
      if (opened === link && life !== 'closed') suspect('connection-lost', undefined);
    });
    return opened;
  }
  function closeIfUnused(): void {
    if (life !== 'left' || inFlight > 0) return;
    life = 'closed';
    pings.stop();
    link.close();
  }
  function onResponse(response: wire.PingResponse): void {
    if (reach.kind === 'lost')
      logger.info('worker is reachable again', { address, lostMs: Math.round(clock.now() - reach.since) });
    reach = { kind: 'reachable' };
    pingedAt = clock.now();
    process = { id: workerId(response.workerId), incarnation: response.incarnation };
    if (life === 'member') onPingResponse(response);
  }
  function markLost(reason: LossReason, error: unknown): void {
    if (reach.kind === 'lost' || life !== 'member') return;
    reach = { kind: 'lost', since: clock.now() };
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
    respondedElsewhereAt = undefined;
  }
  async function pingElsewhere(): Promise<void> {
    respondedElsewhereAt = undefined;
    const other = connect();
    await other.ping({ timeoutMs: params.elsewhereMs }).then(
      () => (respondedElsewhereAt = clock.now()),
      () => undefined,
    );
    other.close();
  }
  function onResult(result: PingResult, counts: PingCounts): void {
    if (result.kind === 'alive') onResponse(result.response);
    if (result.kind === 'lost') markLost(result.reason, result.error);
    const respondedAgoMs = respondedElsewhereAt === undefined ? undefined : clock.now() - respondedElsewhereAt;
    const plan = planLink(result.kind, counts, respondedAgoMs, params);
    if (plan === 'reopen') reopen();
    if (plan === 'compare') void pingElsewhere();
  }

  return {
    get alive() {
      return reach.kind === 'reachable';
    },
    get reached() {
      const isRecent = clock.now() - Math.max(pingedAt, answeredAt) <= params.reachedMs;
      return reach.kind === 'reachable' && isRecent ? process : undefined;
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
      if (life === 'member') life = 'left';
      closeIfUnused();
    },
  };
}
