// The way between routers and workers in virtual time: queries, replies, and the pings with which a router gets the loads.

import type { Rng, WorkerId } from '@pareto/core';
import { defaultPingParams, type RouterParams } from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { Transport } from '../processes/transport.js';
import type { ClientQuery, Link, SentQuery } from './query.js';
import { createRouter, type DemandReports, type Reply, type Router, type SettledQuery } from './router.js';
import { watchWorker } from './watch-worker.js';
import type { Worker } from './worker.js';

export interface NetworkOptions {
  readonly events: EventQueue;
  readonly transport: Transport;
  readonly routerParams: RouterParams;
  /** Random numbers of each router. */
  readonly rngs: readonly Rng[];
  /** Reports of the demand on each router. None where no controller plans. */
  readonly demand: readonly DemandReports[];
  readonly workerOf: (id: WorkerId) => Worker;
  /** Called when a router cannot reach a worker that hangs. */
  readonly onUnreachable?: (worker: WorkerId, now: number) => void;
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
  /** Lets routers wait for queries that a worker had when it began to hang. */
  hang(queries: readonly SentQuery[]): void;
  /** Ends the connections of the routers to a worker that has ended. */
  lose(worker: WorkerId, now: number): void;
}

/** A link with the current process of its worker. */
interface WorkerLink extends Link {
  worker: Worker;
}

export function createNetwork(options: NetworkOptions): Network {
  const { events, transport, routerParams: params, rngs, demand, workerOf } = options;
  /** Time from the response to a ping until the next one arrives. */
  const pause = events.createDelay(defaultPingParams.everyMs + transport.wayMs);
  /** The workers that each router pings, each with its current process. */
  const links = rngs.map(() => new Map<WorkerId, WorkerLink>());
  let sends = 0;
  function send(sent: SentQuery, now: number): void {
    sends += 1;
    const { worker } = sent.replica;
    const link = links[sent.query.handle.router]?.get(worker);
    if (link === undefined) throw new Error(`the worker ${worker} is not pinged`);
    sent.link = link;
    link.watched.sent(now);
    transport.forward(worker, now, (at) => {
      const running = link.worker;
      if (running.isHung && !running.hasEnded) link.watched.unanswered.push(sent);
      else running.queue(sent, at);
    });
  }
  const lost: Reply = { end: 'lost', load: undefined, tookMs: 0 };
  const loseQuery = (sent: SentQuery, now: number): void => routers[sent.query.handle.router]?.replied(sent, lost, now);
  function onSettled(query: ClientQuery, settled: SettledQuery, now: number): void {
    if (settled.end !== 'answered') transport.reject(query.router, now);
    options.onSettled(query, settled, now);
  }
  const routers = rngs.map((rng, index) =>
    createRouter({ params, events, rng, demand: demand[index], send, onSettled }),
  );
  function watch(index: number, id: WorkerId, startsAt: number, until: number): void {
    const router = routers[index];
    if (router === undefined) return;
    const address = addressOf(id);
    const worker = workerOf(id);
    const watched = watchWorker({
      ...{ events, wayMs: transport.wayMs, deliver: transport.deliver, pause },
      ...{ worker, startsAt, until, onAborted: loseQuery },
      onLoads: (loads, now) => router.reported(address, loads, now),
      onLost(now) {
        router.lost(address, now);
        options.onUnreachable?.(id, now);
      },
    });
    const link = links[index]?.get(id);
    if (link === undefined) links[index]?.set(id, { worker, watched });
    else [link.worker, link.watched] = [worker, watched];
  }
  return {
    routers,
    get sends() {
      return sends;
    },
    arrived: (query, now) => transport.arrived(query.router, now, (at) => routers[query.router]?.arrived(query, at)),
    reply(sent, reply, now) {
      const { router } = sent.query.handle;
      const isAnswer = reply.end === 'answered';
      transport.reply(sent.replica.worker, router, isAnswer, now, (at) => {
        if (isAnswer && sent.link !== undefined) sent.link.watched.answeredAt = at;
        routers[router]?.replied(sent, reply, at);
      });
    },
    ping(workers, from, until) {
      const { everyMs } = defaultPingParams;
      for (const [index] of routers.entries())
        for (const [offset, id] of workers.entries())
          watch(index, id, from + (everyMs * (index + 1 + offset / workers.length)) / routers.length, until);
    },
    hang(queries) {
      for (const sent of queries) sent.link?.watched.unanswered.push(sent);
    },
    lose(worker, now) {
      for (const [index, router] of routers.entries()) {
        transport.deliver(now, (at) => router.lost(addressOf(worker), at));
        const watched = links[index]?.get(worker)?.watched;
        for (const sent of watched?.unanswered.splice(0) ?? []) transport.deliver(now, (at) => loseQuery(sent, at));
      }
    },
  };
}

/** Returns the address that routes have. */
export const addressOf = (worker: WorkerId): string => `${worker}:1`;
