// One worker as this router sees it: the calls on its link, and the pings that tell whether it lives.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { CallOptions, wire } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import { createCalls } from './calls.js';
import { ping, type LossReason, type PingResult } from './ping.js';
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

const pingEveryMs = milliseconds(500);
/** So that a worker that falls silent is out of use within a second and a half, whenever it does. */
const pingTimeoutMs = milliseconds(1_000);
/** After a first ping in vain a second one goes out at once. */
const secondTimeoutMs = milliseconds(500);
/** After so many in vain its calls under way are given up, since they may be sent elsewhere, and its link is made anew. */
const givenUpAfterPings = 2;

const unresponsive = new ParetoError('unavailable', 'the worker stopped answering');

/** Begins to ping at once. `connect` is called again when a link has come to nothing: its connection may never be told of. */
export function watchWorker(address: string, connect: () => WorkerLink, options: WatchOptions): WatchedWorker {
  const { onPingResponse, onLost, clock, logger } = options;
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;
  const calls = createCalls(endWhenLeft);
  let link = open();
  let hasLeft = false;
  let pause = new AbortController();
  let failedPings = 0;
  let lostAt: number | undefined;
  let answeredAt = clock.now();

  function open(): WorkerLink {
    const opened = connect();
    opened.onBroken(() => {
      if (opened === link && !isOver()) suspect('connection-lost', undefined);
    });
    return opened;
  }
  function endWhenLeft(): void {
    if (!hasLeft || calls.size > 0) return;
    over.abort();
    pause.abort();
    link.close();
  }
  function onResponse(response: wire.PingResponse): void {
    if (lostAt !== undefined)
      logger.info('worker answers again', { address, lostMs: Math.round(clock.now() - lostAt) });
    lostAt = undefined;
    failedPings = 0;
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
    pause.abort();
  }
  function onFailedPing(reason: LossReason, error: unknown): void {
    markLost(reason, error);
    failedPings += 1;
    if (failedPings % givenUpAfterPings !== 0) return;
    calls.giveUp(unresponsive);
    link.close();
    link = open();
  }
  function applyResult(result: PingResult): void {
    if (result.kind === 'lives') onResponse(result.response);
    if (result.kind === 'gone') onFailedPing(result.reason, result.error);
  }
  async function pingRegularly(): Promise<void> {
    while (!isOver()) {
      const timeoutMs = failedPings === 1 ? secondTimeoutMs : pingTimeoutMs;
      const result = await ping(link, { timeoutMs, answeredAt: () => answeredAt, clock });
      if (isOver()) return;
      applyResult(result);
      if (result.kind === 'unsure' || failedPings === 1) continue;
      pause = new AbortController();
      await clock.sleep(pingEveryMs, pause.signal).catch(() => undefined);
    }
  }

  void pingRegularly();
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
      endWhenLeft();
    },
  };
}
