// A router's view of the process of one worker: pings get its loads, and show whether it hangs. The policy decides as in production.

import {
  countPing,
  defaultPingParams as params,
  noPings,
  planLink,
  planPause,
  planPing,
  timedOutPing,
  type ReportedLoad,
} from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { SentQuery } from './router.js';

/** The part of a worker that pings see. */
interface PingedWorker {
  readonly hasEnded: boolean;
  readonly isHung: boolean;
  loads(now: number): readonly ReportedLoad[];
}

export interface WatchOptions {
  readonly events: EventQueue;
  /** Time of a message, one way. */
  readonly wayMs: number;
  /** Schedules an event after this time. */
  readonly deliver: (now: number, run: (now: number) => void) => void;
  /** Schedules an event after the usual pause, and the way of a ping. */
  readonly pause: (now: number, run: (now: number) => void) => void;
  readonly worker: PingedWorker;
  /** Time at which the first ping is sent, and the time after which none arrives. */
  readonly startsAt: number;
  readonly until: number;
  readonly onLoads: (loads: readonly ReportedLoad[], now: number) => void;
  /** Called when the worker has not responded, once. */
  readonly onLost: (now: number) => void;
  /** Called for each query on the link when it is reopened. */
  readonly onAborted: (sent: SentQuery, now: number) => void;
}

export interface WatchedProcess {
  /** Notes that a query was sent to the worker. */
  readonly sent: (now: number) => void;
  /** Time at which a query was last answered by the worker. */
  answeredAt: number;
  /** Queries that a worker which hangs has not answered. */
  unanswered: SentQuery[];
}

/** Pings the worker until it ends. */
export function watchWorker(options: WatchOptions): WatchedProcess {
  const { events, wayMs, deliver, pause, worker, startsAt, until, onLoads, onLost, onAborted } = options;
  let sentAt = startsAt;
  let longPause: { readonly since: number } | undefined;
  let counts = noPings;
  let isLost = false;
  const watched: WatchedProcess = {
    sent(now) {
      sentAt = now;
      if (longPause === undefined || now > longPause.since + params.everyMs) return;
      events.schedule(longPause.since + params.everyMs + wayMs, arrive);
      longPause = undefined;
    },
    answeredAt: startsAt,
    unanswered: [],
  };

  /** Sends a ping after a pause. */
  function ping(pauseMs: number, now: number): void {
    const at = now + pauseMs + wayMs;
    if (at >= until) return;
    if (pauseMs === params.everyMs) return pause(now, arrive);
    if (pauseMs < params.everyMs) return events.schedule(at, arrive);
    const own = (longPause = { since: now });
    events.schedule(at, (arrivesAt) => {
      if (longPause !== own) return;
      longPause = undefined;
      arrive(arrivesAt);
    });
  }
  function arrive(now: number): void {
    if (worker.hasEnded) return;
    if (worker.isHung) return timeOut(now - wayMs);
    const loads = worker.loads(now);
    deliver(now, (at) => {
      counts = noPings;
      onLoads(loads, at);
      ping(planPause('alive', counts, at - sentAt, params), at);
    });
  }
  /** Lets a ping time out. The process of a worker that hangs does not answer probes. */
  function timeOut(pingedAt: number): void {
    const { timeoutMs } = planPing(counts, params);
    events.schedule(pingedAt + timeoutMs, (now) => {
      if (worker.hasEnded) return;
      const end = timedOutPing(false, now - watched.answeredAt, params);
      counts = countPing(counts, end, watched.answeredAt > pingedAt);
      if (end === 'lost' && !isLost) {
        isLost = true;
        onLost(now);
      }
      if (planLink(end, counts, undefined, params) === 'reopen') {
        const { unanswered } = watched;
        watched.unanswered = [];
        for (const sent of unanswered) onAborted(sent, now);
      }
      ping(planPause(end, counts, now - sentAt, params), now);
    });
  }
  if (startsAt + wayMs < until) events.schedule(startsAt + wayMs, arrive);
  return watched;
}
