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
import type { SentQuery, WatchedProcess } from './query.js';

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

/** A class, because numbers that change in a closure are allocated with each change. */
class Watch implements WatchedProcess {
  answeredAt: number;
  unanswered: SentQuery[] = [];
  readonly #options: WatchOptions;
  #sentAt: number;
  #longPause: { readonly since: number } | undefined;
  #counts = noPings;
  #isLost = false;

  constructor(options: WatchOptions) {
    const { startsAt, wayMs, until } = options;
    this.#options = options;
    this.answeredAt = startsAt;
    this.#sentAt = startsAt;
    if (startsAt + wayMs < until) options.events.schedule(startsAt + wayMs, this.#arrive);
  }

  sent(now: number): void {
    this.#sentAt = now;
    if (this.#longPause === undefined || now > this.#longPause.since + params.everyMs) return;
    const { events, wayMs } = this.#options;
    events.schedule(this.#longPause.since + params.everyMs + wayMs, this.#arrive);
    this.#longPause = undefined;
  }

  /** Sends a ping after a pause. */
  #ping(pauseMs: number, now: number): void {
    const { events, wayMs, pause, until } = this.#options;
    const at = now + pauseMs + wayMs;
    if (at >= until) return;
    if (pauseMs === params.everyMs) return pause(now, this.#arrive);
    if (pauseMs < params.everyMs) return events.schedule(at, this.#arrive);
    const own = (this.#longPause = { since: now });
    events.schedule(at, (arrivesAt) => {
      if (this.#longPause !== own) return;
      this.#longPause = undefined;
      this.#arrive(arrivesAt);
    });
  }

  readonly #arrive = (now: number): void => {
    const { worker, wayMs, deliver, onLoads } = this.#options;
    if (worker.hasEnded) return;
    if (worker.isHung) return this.#timeOut(now - wayMs);
    const loads = worker.loads(now);
    deliver(now, (at) => {
      this.#counts = noPings;
      onLoads(loads, at);
      this.#ping(planPause('alive', this.#counts, at - this.#sentAt, params), at);
    });
  };

  /** Lets a ping time out. The process of a worker that hangs does not answer probes. */
  #timeOut(pingedAt: number): void {
    const { events, worker, onLost, onAborted } = this.#options;
    const { timeoutMs } = planPing(this.#counts, params);
    events.schedule(pingedAt + timeoutMs, (now) => {
      if (worker.hasEnded) return;
      const end = timedOutPing(false, now - this.answeredAt, params);
      this.#counts = countPing(this.#counts, end, this.answeredAt > pingedAt);
      if (end === 'lost' && !this.#isLost) {
        this.#isLost = true;
        onLost(now);
      }
      if (planLink(end, this.#counts, undefined, params) === 'reopen') {
        const { unanswered } = this;
        this.unanswered = [];
        for (const sent of unanswered) onAborted(sent, now);
      }
      this.#ping(planPause(end, this.#counts, now - this.#sentAt, params), now);
    });
  }
}

/** Pings the worker until it ends. */
export const watchWorker = (options: WatchOptions): WatchedProcess => new Watch(options);
