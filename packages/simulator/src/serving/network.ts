// The way between routers and workers in virtual time: queries, replies, and the pings with which a router gets the loads.

import type { Rng, WorkerId } from '@pareto/core';
import { defaultPingParams, type RouterParams } from '@pareto/policy';
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
import { watchWorker, type WatchedProcess } from './watch-worker.js';
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

export function createNetwork(options: NetworkOptions): Network {
  const { events, transport, routerParams: params, rngs, demand, workerOf } = options;
  /** Time from the response to a ping until the next one arrives. */
  const pause = events.createDelay(defaultPingParams.everyMs + transport.wayMs);
  /** The workers that each router pings. */
  const watched = rngs.map(() => new Map<WorkerId, WatchedProcess>());
  let sends = 0;
  const watchOf = ({ query, replica }: SentQuery): WatchedProcess | undefined =>
    watched[query.handle.router]?.get(replica.worker);
  function send(sent: SentQuery, now: number): void {
    sends += 1;
    const { worker } = sent.replica;
    watchOf(sent)?.sent(now);
    transport.forward(worker, now, (at) => {
      const running = workerOf(worker);
      if (running.isHung && !running.hasEnded) watchOf(sent)?.unanswered.push(sent);
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
    const process = watchWorker({
      ...{ events, wayMs: transport.wayMs, deliver: transport.deliver, pause },
      ...{ worker: workerOf(id), startsAt, until, onAborted: loseQuery },
      onLoads: (loads, now) => router.reported(address, loads, now),
      onLost(now) {
        router.lost(address, now);
        options.onUnreachable?.(id, now);
      },
    });
    watched[index]?.set(id, process);
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
        const process = isAnswer ? watchOf(sent) : undefined;
        if (process !== undefined) process.answeredAt = at;
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
      for (const sent of queries) watchOf(sent)?.unanswered.push(sent);
    },
    lose(worker, now) {
      for (const [index, router] of routers.entries()) {
        transport.deliver(now, (at) => router.lost(addressOf(worker), at));
        const process = watched[index]?.get(worker);
        for (const sent of process?.unanswered.splice(0) ?? []) transport.deliver(now, (at) => loseQuery(sent, at));
      }
    },
  };
}

/** Returns the address that routes have. */
export const addressOf = (worker: WorkerId): string => `${worker}:1`;
