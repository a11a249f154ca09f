// Assembles a router and a worker in one process. The router calls the worker's replicas without a connection. Other routers
// call them over the worker's own port.

import { createRouter, createRouterWarmUp } from '@pareto/router';
import { createLifecycle, type Runnable, type ServiceContext } from '@pareto/service';
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
  // The worker leaves together with the router, but drains once the router has stopped, because the queries of the router still need it.
  const lifecycle = createLifecycle(worker.logger);
  router.lifecycle.leaving.addEventListener('abort', () => {
    if (lifecycle.state === 'serving') lifecycle.enter('leaving');
  });
  const transitions: Runnable = {
    name: 'lifecycle of the worker',
    start: async () => lifecycle.enter('serving'),
    stop: async () => lifecycle.enter('draining'),
  };
  const workerConfig = workerConfigOf(config);
  const local = await createWorker(workerConfig, { ...worker, lifecycle }, devices);
  return [
    createWorkerWarmUp(workerConfig, worker),
    createRouterWarmUp(config, router),
    ...local.runnables,
    transitions,
    ...createRouter(config, router, { local }).runnables,
  ];
}
