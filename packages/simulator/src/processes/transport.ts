// The way of messages between clients, routers and workers, with the CPU time that routers and the fronts of workers spend on them.

import type { WorkerId } from '@pareto/core';
import type { EventQueue } from '../events/event-queue.js';
import type { ClusterParams, FrontParams } from '../scenario/params.js';
import { createProcess, type Process } from './process.js';
import { createSharedHost } from './shared-host.js';

/** Handles a message that a process has received. */
type Handle = (now: number) => void;

export interface Transport {
  /** Time from the arrival of a client's query until `arrived` is called for it. */
  readonly arrivalMs: number;
  /** Time of a message that takes no CPU time. */
  readonly wayMs: number;
  arrived(router: number, now: number, handle: Handle): void;
  /** Delivers a message that takes no CPU time. */
  readonly deliver: (now: number, handle: Handle) => void;
  forward(worker: WorkerId, now: number, handle: Handle): void;
  /** Sends an answer of a worker, or a rejection. */
  reply(worker: WorkerId, router: number, isAnswer: boolean, now: number, handle: Handle): void;
  /** Lets a router reject a query. */
  reject(router: number, now: number): void;
  /** Creates the process of an executor. */
  readonly createExecutor: () => Process;
}

export type TransportParams = Pick<ClusterParams, 'wayMs' | 'router' | 'front' | 'host'>;

export function createTransport(events: EventQueue, params: TransportParams): Transport {
  const { wayMs, router, front, host } = params;
  const shared = host.cores === 0 ? undefined : createSharedHost({ events, ...host });
  if (shared === undefined && isFree(router) && isFree(front)) return createFreeTransport(events, wayMs);
  const createFront = (): Process => shared?.createProcess('front') ?? createProcess(events);
  /** Returns the time from the arrival of a message until `finish` is called. The speed of a shared host is not known ahead. */
  const leadMs = (workUs: number): number => (shared === undefined ? workUs / 1_000 : 0);
  const toWorker = events.createDelay(wayMs + leadMs(front.receiveUs));
  const deliver = events.createDelay(wayMs);
  const toRouterMs = wayMs + leadMs(router.answerUs);
  const client = shared?.createProcess('front');
  const routers: Process[] = [];
  const workers = new Map<WorkerId, Process>();
  const routerOf = (index: number): Process => (routers[index] ??= createFront());
  function workerOf(id: WorkerId): Process {
    let process = workers.get(id);
    if (process === undefined) workers.set(id, (process = createFront()));
    return process;
  }
  return {
    ...{ arrivalMs: leadMs(router.receiveUs), wayMs },
    arrived(index, now, handle) {
      if (host.clientUs > 0) client?.run(host.clientUs / 1_000, now);
      routerOf(index).finish(router.receiveUs / 1_000, now, handle);
    },
    deliver,
    forward: (id, now, handle) => toWorker(now, (at) => workerOf(id).finish(front.receiveUs / 1_000, at, handle)),
    reply(id, index, isAnswer, now, handle) {
      const receive = (at: number): void => routerOf(index).finish(router.answerUs / 1_000, at, handle);
      workerOf(id).run((isAnswer ? front.answerUs : front.rejectUs) / 1_000, now, receive, toRouterMs);
    },
    reject: (index, now) => void routerOf(index).run(router.rejectUs / 1_000, now),
    createExecutor: () => shared?.createProcess('executor') ?? createProcess(events),
  };
}

const isFree = ({ receiveUs, answerUs, rejectUs }: FrontParams): boolean => receiveUs + answerUs + rejectUs === 0;

/** Creates a transport whose processes take no CPU time, without events for them. */
function createFreeTransport(events: EventQueue, wayMs: number): Transport {
  const deliver = events.createDelay(wayMs);
  return {
    ...{ arrivalMs: 0, wayMs },
    arrived: (_router, now, handle) => handle(now),
    deliver,
    forward: (_worker, now, handle) => deliver(now, handle),
    reply: (_worker, _router, _isAnswer, now, handle) => deliver(now, handle),
    reject: () => undefined,
    createExecutor: () => createProcess(events),
  };
}
