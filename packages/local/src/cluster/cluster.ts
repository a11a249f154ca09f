// A cluster on one machine: starts its services in order, restarts them when they exit, and stops them in order.

import { groupBy, milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import { prepare } from './preflight.js';
import { waitUntilReady } from './readiness.js';
import { createStartWarnings } from './start-warnings.js';
import { supervise, type ProcessSpec, type Supervised } from './supervised.js';
import { controllerAddresses, planTopology, type Service, type Topology, type TopologyOptions } from './topology.js';

export interface ClusterOptions extends TopologyOptions {
  readonly clock: Clock;
  readonly onLine: (name: string, line: string) => void;
  readonly onReady: (name: string, address: string) => void;
  /** Called for a warning of a service that is not ready yet. Repeated warnings are skipped. */
  readonly onWarning: (name: string, warning: string) => void;
  readonly onRestart: (name: string, reason: string, delay: Milliseconds) => void;
}

/** Addresses at which clients and the CLI reach a cluster. */
export interface ClusterEndpoints {
  /** host:port of the controllers. */
  readonly controller: readonly string[];
  /** host:port of the router. */
  readonly router: string;
  /** Folder with the operator's certificate. Undefined without TLS. */
  readonly certs: string | undefined;
}

export interface Cluster {
  readonly topology: Topology;
  readonly endpoints: ClusterEndpoints;
  /** Processes started so far. */
  readonly processes: readonly Supervised[];
  /** Set once a process was started, after which `stop` must be called. */
  readonly started: boolean;
  /** Starts all services and waits until they are ready. Throws if one fails. `stop` must be called in either case. */
  start(signal: AbortSignal): Promise<void>;
  /** Stops the router first, so that no new queries arrive, then workers and controllers. Kills them when `kill` aborts. */
  stop(kill: AbortSignal): Promise<void>;
}

const readyTimeoutMs = 60_000;
/** Time for each service of a process to stop, which exceeds the default drain timeout of 10 s. */
const graceMs = 15_000;

/** Returns the addresses of a service, e.g. "127.0.0.1:8001, http://127.0.0.1:8000". */
function addressesOf({ port, httpPort }: Service, { host, certs }: ClusterOptions): string {
  const http = httpPort === undefined ? [] : [`${certs === undefined ? 'http' : 'https'}://${host}:${httpPort}`];
  return [`${host}:${port}`, ...http].join(', ');
}

export function createCluster(options: ClusterOptions): Cluster {
  const topology = planTopology(options);
  const running = new Map<ProcessSpec, Supervised>();

  /** Starts a process, and waits until all its services are ready. */
  const launch = async (spec: ProcessSpec, services: readonly Service[], signal: AbortSignal): Promise<void> => {
    const warnings = createStartWarnings(options.onWarning);
    const onLine = (name: string, line: string): void => {
      warnings.onLine(name, line);
      options.onLine(name, line);
    };
    const child = supervise(spec, { ...options, onLine });
    running.set(spec, child);
    const { clock, host } = options;
    const ready = services.map(({ name, metricsPort }) =>
      waitUntilReady(name, host, metricsPort, { clock, signal, timeoutMs: readyTimeoutMs }),
    );
    await Promise.race([Promise.all(ready), child.failed]);
    warnings.end();
    child.keepAlive();
    for (const service of services) options.onReady(service.name, addressesOf(service, options));
  };

  const launchAll = async (services: readonly Service[], signal: AbortSignal): Promise<void> => {
    const processes = groupBy(services, (service) => service.process);
    await Promise.all(Array.from(processes, ([spec, own]) => launch(spec, own, signal)));
  };

  const stopAll = async (services: readonly Service[], kill: AbortSignal): Promise<void> => {
    const processes = Array.from(new Set(services.map((service) => service.process)));
    const stop = async (spec: ProcessSpec): Promise<void> =>
      running.get(spec)?.stop(milliseconds(graceMs * spec.logs.length), kill);
    await Promise.all(processes.map(stop));
  };

  return {
    topology,
    endpoints: {
      controller: controllerAddresses(options),
      router: `${options.host}:${options.routerPort}`,
      certs: options.certs,
    },
    get processes() {
      return [...running.values()];
    },
    get started() {
      return running.size > 0;
    },
    async start(signal) {
      await prepare(options, topology);
      // A failure of one service ends the wait for the others.
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      try {
        await launchAll(topology.controllers, either);
        await launchAll([topology.router, ...topology.workers], either);
      } finally {
        failed.abort();
      }
    },
    async stop(kill) {
      const { controllers, router, workers } = topology;
      const otherWorkers = workers.filter((worker) => worker.process !== router.process);
      for (const services of [[router], otherWorkers, controllers]) await stopAll(services, kill);
    },
  };
}
