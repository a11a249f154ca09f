// Watches the workers of the routing table, and passes their loads to the core.

import { ParetoError, type Clock, type ReplicaRoute, type WorkerId } from '@pareto/core';
import type { PingParams } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import type { ProbeLiveness, Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { CoreDriver } from '../core/core-driver.js';
import type { LossReason } from './ping.js';
import { watchWorker, type WatchedWorker, type WorkerProcess } from './watched-worker.js';
import type { ForwardedQuery, LinkFactory, LinkOutcome, OnOutcome } from './worker-link.js';

export interface WorkerPoolOptions {
  readonly createLink: LinkFactory;
  readonly core: Pick<CoreDriver, 'apply' | 'replicas'>;
  /** Called when a worker is marked unreachable. `worker` is undefined if the table has no replica of it. */
  readonly onLost: (reason: LossReason, worker: WorkerId | undefined) => void;
  readonly probe: ProbeLiveness;
  readonly pings: PingParams;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface WorkerPool extends Runnable {
  /** Opens links to the workers of the core's table, and closes others. */
  followTable(): void;
  /** Sends a query to the replica's worker. Calls `done` once, perhaps before it returns. */
  infer(replica: ReplicaRoute, query: ForwardedQuery, done: OnOutcome): void;
  /** Returns the processes of the table's workers that answered a ping or a query in the last 3 s. */
  reached(): readonly WorkerProcess[];
  /** Marks the worker unreachable until it answers a ping. */
  suspect(address: string, reason: LossReason, error: unknown): void;
}

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { core } = options;
  const workers = new Map<string, WatchedWorker>();

  function onPingResponse(address: string, { replicas, draining }: wire.PingResponse): void {
    const loads = draining ? [] : replicas.filter(({ state }) => state === 'READY');
    core.apply({ kind: 'reported', address, loads });
  }
  function join(address: string): void {
    const watch = {
      ...options,
      onPingResponse: (response: wire.PingResponse) => onPingResponse(address, response),
      onLost(reason: LossReason) {
        core.apply({ kind: 'lost', address });
        options.onLost(reason, core.replicas.get(address)?.[0]?.worker);
      },
    };
    workers.set(
      address,
      watchWorker(address, () => options.createLink(address), watch),
    );
  }
  function leave(address: string, worker: WatchedWorker): void {
    workers.delete(address);
    worker.leave();
  }

  return {
    name: 'worker links',
    followTable() {
      const { replicas } = core;
      for (const [address, worker] of workers) if (!replicas.has(address)) leave(address, worker);
      for (const address of replicas.keys()) if (!workers.has(address)) join(address);
      for (const [address, worker] of workers) if (!worker.alive) core.apply({ kind: 'lost', address });
    },
    infer(replica, query, done) {
      const worker = workers.get(replica.address);
      if (worker === undefined) done(noLink(replica));
      else worker.infer(query, done);
    },
    reached: () => Array.from(workers.values()).flatMap(({ reached }) => reached ?? []),
    suspect(address, reason, error) {
      workers.get(address)?.suspect(reason, error);
    },
    start: async () => undefined,
    stop: async () => {
      for (const [address, worker] of workers) leave(address, worker);
    },
  };
}

const noLink = ({ address }: ReplicaRoute): LinkOutcome => ({
  kind: 'not-executed',
  error: new ParetoError('unavailable', `no link to ${address}`),
  reply: undefined,
  isFull: false,
  isUnreachable: true,
});
