// Proof of life for routers, and the load of every replica, from memory.

import type { WorkerInfo } from '@pareto/core';
import { replicaStateToWire, type ServerCall, type ServiceHandlers, type wire } from '@pareto/rpc';
import { requireToken } from '@pareto/service';
import type { ReplicaSet } from './replica-set.js';

export interface ExecutionDeps {
  readonly worker: () => WorkerInfo;
  readonly clusterToken: string;
  readonly draining: () => boolean;
  readonly replicas: ReplicaSet;
}

export const createExecutionHandlers = (deps: ExecutionDeps): ServiceHandlers<'pareto.v1.Execution'> => ({
  async ping(_request: wire.PingRequest, call: ServerCall): Promise<wire.PingResponseInput> {
    requireToken(call, deps.clusterToken);
    const { id, incarnation } = deps.worker();
    const replicas = [...deps.replicas.replicas.values()].map((replica) => ({
      replicaId: replica.order.replica,
      state: replicaStateToWire(replica.state),
      ...replica.load(),
    }));
    return { workerId: id, incarnation, draining: deps.draining(), replicas };
  },
});
