// The way between routers and workers in virtual time: queries, replies, and the pings with which a router gets the loads.

import type { Rng, WorkerId } from '@pareto/core';
import type { RouterParams } from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { Transport } from '../processes/transport.js';
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
  readonly transport: Transport;
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
  /** Delivers a query of a client to its router. */
  readonly arrived: (query: ClientQuery, now: number) => void;
  /** Delivers the reply of a worker. */
  readonly reply: (sent: SentQuery, reply: Reply, now: number) => void;
  /** Lets the routers ping these workers from a time until another one, or until they have ended. */
  ping(workers: readonly WorkerId[], from: number, until: number): void;
  /** Ends the connections of the routers to a worker that has ended. */
  lose(worker: WorkerId, now: number): void;
}

export function createNetwork(options: NetworkOptions): Network {
  const { events, transport, routerParams: params, rngs, demand, workerOf } = options;
  const pause = events.createDelay(pingEveryMs);
  let sends = 0;
  function send(sent: SentQuery, now: number): void {
    sends += 1;
    const { worker } = sent.replica;
    transport.forward(worker, now, (at) => workerOf(worker).queue(sent, at));
  }
  function onSettled(query: ClientQuery, settled: SettledQuery, now: number): void {
    if (settled.end !== 'answered') transport.reject(query.router, now);
    options.onSettled(query, settled, now);
  }
  const routers = rngs.map((rng, index) =>
    createRouter({ params, events, rng, demand: demand[index], send, onSettled }),
  );
  function ping(router: Router, worker: Worker, id: WorkerId, startsAt: number, until: number): void {
    const address = addressOf(id);
    const run = (now: number): void => {
      if (worker.hasEnded) return;
      const loads = worker.loads(now);
      transport.deliver(now, (at) => router.reported(address, loads, at));
      if (now + pingEveryMs < until) pause(now, run);
    };
    if (startsAt < until) events.schedule(startsAt, run);
  }
  return {
    routers,
    get sends() {
      return sends;
    },
    arrived: (query, now) => transport.arrived(query.router, now, (at) => routers[query.router]?.arrived(query, at)),
    reply(sent, reply, now) {
      const { router } = sent.query.handle;
      transport.reply(sent.replica.worker, router, reply.end === 'answered', now, (at) =>
        routers[router]?.replied(sent, reply, at),
      );
    },
    ping(workers, from, until) {
      for (const [index, router] of routers.entries())
        for (const [offset, id] of workers.entries()) {
          const startsAt = from + (pingEveryMs * (index + 1 + offset / workers.length)) / routers.length;
          ping(router, workerOf(id), id, startsAt, until);
        }
    },
    lose(worker, now) {
      for (const router of routers) transport.deliver(now, (at) => router.lost(addressOf(worker), at));
    },
  };
}

/** Returns the address that routes have. */
export const addressOf = (worker: WorkerId): string => `${worker}:1`;
