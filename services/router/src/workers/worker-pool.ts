// Watches the workers of the routing table, and applies their ping responses to the load of their replicas.

import {
  groupBy,
  ParetoError,
  replicaId,
  type Clock,
  type ReplicaRoute,
  type RoutingTable,
  type WorkerId,
} from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ProbeLiveness, Runnable } from '@pareto/service';
import type { Logger } from '@pareto/telemetry';
import type { RouterLoads } from './router-loads.js';
import type { LossReason } from './ping.js';
import { watchWorker, type WatchedWorker, type WorkerProcess } from './watched-worker.js';
import type { ForwardedQuery, LinkFactory, LinkOutcome, OnOutcome } from './worker-link.js';

export interface WorkerPoolOptions {
  readonly createLink: LinkFactory;
  readonly loads: Pick<RouterLoads, 'apply'>;
  /** Called when a worker is marked unreachable. `worker` is undefined if the table has no replica of it. */
  readonly onLost: (reason: LossReason, worker: WorkerId | undefined) => void;
  /** Called after a worker has reported the loads of its replicas. */
  readonly onReported: () => void;
  readonly probe: ProbeLiveness;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface WorkerPool extends Runnable {
  setTable(table: RoutingTable): void;
  /** Sends a query to the replica's worker. Calls `done` once, perhaps before it returns. */
  infer(replica: ReplicaRoute, query: ForwardedQuery, done: OnOutcome): void;
  /** Returns the processes of the table's workers that answered a ping or a query in the last 3 s. */
  reached(): readonly WorkerProcess[];
  /** Sends no query to the worker until it answers a ping. */
  suspect(address: string, reason: LossReason, error: unknown): void;
}

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { loads } = options;
  const workers = new Map<string, WatchedWorker>();
  let byAddress: ReadonlyMap<string, readonly ReplicaRoute[]> = new Map();

  const replicasOf = (address: string): readonly ReplicaRoute[] => byAddress.get(address) ?? [];
  function onPingResponse(address: string, response: wire.PingResponse): void {
    const reported = new Map(response.replicas.map((load) => [replicaId(load.replicaId), load]));
    for (const { id } of replicasOf(address)) {
      const load = reported.get(id);
      const isReady = load?.state === 'READY' && !response.draining;
      loads.apply({ kind: 'reported', replica: id, load: isReady ? load : undefined });
    }
    options.onReported();
  }
  function markDown(address: string): void {
    for (const { id } of replicasOf(address)) loads.apply({ kind: 'down', replica: id });
  }
  function join(address: string): void {
    const watch = {
      ...options,
      onPingResponse: (response: wire.PingResponse) => onPingResponse(address, response),
      onLost(reason: LossReason) {
        markDown(address);
        options.onLost(reason, replicasOf(address)[0]?.worker);
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
    setTable(table) {
      byAddress = groupBy(table.replicas, ({ address }) => address);
      for (const [address, worker] of workers) if (!byAddress.has(address)) leave(address, worker);
      for (const address of byAddress.keys()) if (!workers.has(address)) join(address);
      for (const [address, worker] of workers) if (!worker.alive) markDown(address);
    },
    infer(replica, query, done) {
      const worker = workers.get(replica.address);
      if (worker === undefined) done(noLink(replica));
      else worker.infer(query, done);
    },
    reached: () => Array.from(workers.values()).flatMap(({ reached }) => reached ?? []),
    suspect(address, reason, error) {
      markDown(address);
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
