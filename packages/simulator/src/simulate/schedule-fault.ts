// Faults of a scenario as events of a run.

import { workerId } from '@pareto/core';
import { createWorkerInfo } from '../cluster/cluster.js';
import type { EventQueue } from '../events/event-queue.js';
import type { Usage } from '../result/usage.js';
import { effectAtMs, type Fault } from '../scenario/fault.js';
import type { StartedCluster } from '../serving/started-cluster.js';

interface FaultTargets {
  /** Time of the first query. */
  readonly startsAt: number;
  readonly events: EventQueue;
  readonly usage: Usage;
  readonly cluster: StartedCluster;
}

/** Lets a fault happen. The host of a worker that joins is paid for from its request. */
export function scheduleFault(fault: Fault, { startsAt, events, usage, cluster }: FaultTargets): void {
  const joining = fault.kind === 'worker-joins' ? createWorkerInfo(fault.worker, fault.of) : undefined;
  if (joining !== undefined && effectAtMs(fault) > fault.atMs)
    events.schedule(startsAt + fault.atMs, (now) => usage.request(joining, now));
  events.schedule(startsAt + effectAtMs(fault), (now) => {
    switch (fault.kind) {
      case 'worker-fails':
        return cluster.fail(workerId(fault.worker), now);
      case 'worker-hangs':
        return cluster.hang(workerId(fault.worker), now);
      case 'worker-leaves':
        return cluster.leave(workerId(fault.worker), now);
      case 'worker-joins':
        return joining && cluster.join(joining, now);
      case 'executor-dies':
        return cluster.killExecutors(workerId(fault.worker), fault.variant, now);
      case 'slow-service':
    }
  });
}
