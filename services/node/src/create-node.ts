// Assembles a router and a worker in one process. The router calls the worker's replicas without a connection. Other routers
// call them over the worker's own port.

import { createRouter, createRouterWarmUp } from '@pareto/router';
import { createLifecycle, createRunGroup, type Runnable, type ServiceContext } from '@pareto/service';
import { createWorker, createWorkerWarmUp } from '@pareto/worker';
import { workerConfigOf, type NodeConfig } from './config.js';

export interface NodeContexts {
  readonly router: ServiceContext;
  readonly worker: ServiceContext;
}

/**
 * Creates the parts of both, in the order in which they start. `devices` is the environment for the drivers of devices.
 * Throws `failed-precondition` if this host cannot serve with the configuration.
 */
export async function createNode(
  config: NodeConfig,
  { router, worker }: NodeContexts,
  devices: Readonly<Record<string, string>> = {},
): Promise<readonly Runnable[]> {
  const lifecycle = createLifecycle(worker.logger);
  const local = await createWorker(workerConfigOf(config), { ...worker, lifecycle }, devices);
  const workerPart = nested(local.runnables, { ...worker, lifecycle }, config.drainTimeoutMs);
  return [
    createRouterWarmUp(config, router),
    createWorkerWarmUp(workerConfigOf(config), worker),
    workerPart,
    ...createRouter(config, router, { local }).runnables,
  ];
}

/**
 * Combines the parts of the worker into one, which has a lifecycle of its own: the worker drains once the router has
 * stopped, because the queries of the router still need it.
 */
function nested(
  runnables: readonly Runnable[],
  { lifecycle, logger, clock }: ServiceContext,
  drainTimeoutMs: number,
): Runnable {
  const group = createRunGroup(runnables, { lifecycle, logger, clock, stopTimeoutMs: drainTimeoutMs });
  return {
    name: 'worker',
    async start(fail) {
      await group.start();
      group.finished.catch(fail);
    },
    stop: () => group.stop(),
  };
}
