// Answers pings of routers with the state and load of every replica, without I/O.

import type { WorkerInfo } from '@pareto/core';
import { decisionVersion, replicaStateToWire, type wire } from '@pareto/protocol';
import { type ServiceHandlers } from '@pareto/rpc';
import type { ReplicaSet } from '../replicas/replica-set.js';

export interface ExecutionDeps {
  readonly worker: () => WorkerInfo;
  readonly draining: () => boolean;
  readonly replicas: ReplicaSet;
}

export interface ExecutionHandlers extends ServiceHandlers<'pareto.v1.Execution'> {
  readonly ping: () => Promise<wire.PingResponse>;
}

export const createExecutionHandlers = (deps: ExecutionDeps): ExecutionHandlers => ({
  async ping() {
    const { id, incarnation } = deps.worker();
    const replicas = [...deps.replicas.replicas.values()].map((replica) => ({
      replicaId: replica.assignment.replica,
      state: replicaStateToWire(replica.state),
      ...replica.load(),
    }));
    return { workerId: id, incarnation, draining: deps.draining(), replicas, decisionVersion };
  },
});
