// The way between routers and workers in virtual time: queries, replies, and the pings that tell a router the loads.

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

/** Time between router and worker, one way. */
export const wayMs = 0.25;
/** Time between the pings of a router to a worker. */
const pingEveryMs = 500;

export interface NetworkOptions {
  readonly events: EventQueue;
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
  reply(sent: SentQuery, reply: Reply, now: number): void;
  /** Lets the routers ping these workers until a time. */
  ping(workers: readonly WorkerId[], until: number): void;
}

export function createNetwork({
  events,
  routerParams: params,
  rngs,
  demand,
  workerOf,
  onSettled,
}: NetworkOptions): Network {
  let sends = 0;
  function send(sent: SentQuery, now: number): void {
    sends += 1;
    events.schedule(now + wayMs, (at) => workerOf(sent.replica.worker).queue(sent, at));
  }
  const routers = rngs.map((rng, index) =>
    createRouter({ params, events, rng, demand: demand[index], send, onSettled }),
  );
  function ping(router: Router, id: WorkerId, startsAt: number, until: number): void {
    if (startsAt >= until) return;
    events.schedule(startsAt, (now) => {
      const loads = workerOf(id).loads(now);
      events.schedule(now + wayMs, (at) => router.reported(id, loads, at));
      ping(router, id, now + pingEveryMs, until);
    });
  }
  return {
    routers,
    get sends() {
      return sends;
    },
    reply(sent, reply, now) {
      events.schedule(now + wayMs, (at) => routers[sent.query.handle.router]?.replied(sent, reply, at));
    },
    ping(workers, until) {
      for (const [index, router] of routers.entries())
        for (const [offset, id] of workers.entries())
          ping(router, id, (pingEveryMs * (index + 1 + offset / workers.length)) / routers.length, until);
    },
  };
}
