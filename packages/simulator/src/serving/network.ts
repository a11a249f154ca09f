// The way between routers and workers in virtual time: queries, replies, and the pings with which a router gets the loads.

import type { Rng, WorkerId } from '@pareto/core';
import type { RouterParams } from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { ClientQuery } from './query.js';
import {
  createRouter,
  type DemandReports,
  type Reply,
  type Router,
  type SentQuery,
  type SettledQuery,
} from './router.js';
import type { Worker } from './worker.js';

/** Time between the pings of a router to a worker. */
const pingEveryMs = 500;

export interface NetworkOptions {
  readonly events: EventQueue;
  /** Time between router and worker, one way. */
  readonly wayMs: number;
  readonly routerParams: RouterParams;
  /** Random numbers of each router. */
  readonly rngs: readonly Rng[];
  /** Reports of the demand on each router. None where no controller plans. */
  readonly demand: readonly DemandReports[];
  readonly workerOf: (id: WorkerId) => Worker;
  readonly onSettled: (query: ClientQuery, settled: SettledQuery, now: number) => void;
}

export interface Network {
  readonly routers: readonly Router[];
  /** Number of times that a query was sent to a worker. */
  readonly sends: number;
  /** Delivers the reply of a worker. */
  readonly reply: (sent: SentQuery, reply: Reply, now: number) => void;
  /** Lets the routers ping these workers from a time until another one, or until they have ended. */
  ping(workers: readonly WorkerId[], from: number, until: number): void;
  /** Ends the connections of the routers to a worker that has ended. */
  lose(worker: WorkerId, now: number): void;
}

export function createNetwork(options: NetworkOptions): Network {
  const { events, wayMs, routerParams: params, rngs, demand, workerOf, onSettled } = options;
  const delay = events.createDelay(wayMs);
  let sends = 0;
  function send(sent: SentQuery, now: number): void {
    sends += 1;
    delay(now, (at) => workerOf(sent.replica.worker).queue(sent, at));
  }
  const routers = rngs.map((rng, index) =>
    createRouter({ params, events, rng, demand: demand[index], send, onSettled }),
  );
  function ping(router: Router, worker: Worker, id: WorkerId, startsAt: number, until: number): void {
    if (startsAt >= until) return;
    events.schedule(startsAt, (now) => {
      if (worker.hasEnded) return;
      const loads = worker.loads(now);
      delay(now, (at) => router.reported(addressOf(id), loads, at));
      ping(router, worker, id, now + pingEveryMs, until);
    });
  }
  return {
    routers,
    get sends() {
      return sends;
    },
    reply(sent, reply, now) {
      delay(now, (at) => routers[sent.query.handle.router]?.replied(sent, reply, at));
    },
    ping(workers, from, until) {
      for (const [index, router] of routers.entries())
        for (const [offset, id] of workers.entries()) {
          const startsAt = from + (pingEveryMs * (index + 1 + offset / workers.length)) / routers.length;
          ping(router, workerOf(id), id, startsAt, until);
        }
    },
    lose(worker, now) {
      for (const router of routers) delay(now, (at) => router.lost(addressOf(worker), at));
    },
  };
}

/** Returns the address that routes have. */
export const addressOf = (worker: WorkerId): string => `${worker}:1`;
