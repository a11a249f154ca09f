// A cluster on one machine: starts its services in order, restarts them when they exit, and stops them in order.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import { prepare } from './preflight.js';
import { waitUntilReady } from './readiness.js';
import { createStartWarnings } from './start-warnings.js';
import { supervise, type Supervised } from './supervised.js';
import {
  controllerAddresses,
  planTopology,
  type ServiceNode,
  type Topology,
  type TopologyOptions,
} from './topology.js';

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
  /** Services started so far. */
  readonly services: readonly Supervised[];
  /** Set once a service was started, after which `stop` must be called. */
  readonly started: boolean;
  /** Starts all services and waits until they are ready. Throws if one fails. `stop` must be called in either case. */
  start(signal: AbortSignal): Promise<void>;
  /** Stops the router first, so that no new queries arrive, then workers and controllers. Kills them when `kill` aborts. */
  stop(kill: AbortSignal): Promise<void>;
}

const readyTimeoutMs = 60_000;
/** Time to stop, which exceeds the default drain timeout of 10 s. */
const graceMs = milliseconds(15_000);

/** Returns the addresses of a service, e.g. "127.0.0.1:8001, http://127.0.0.1:8000". */
function addressesOf({ port, httpPort }: ServiceNode, { host, certs }: ClusterOptions): string {
  const http = httpPort === undefined ? [] : [`${certs === undefined ? 'http' : 'https'}://${host}:${httpPort}`];
  return [`${host}:${port}`, ...http].join(', ');
}

export function createCluster(options: ClusterOptions): Cluster {
  const topology = planTopology(options);
  const running: Supervised[] = [];

  const launch = async (node: ServiceNode, signal: AbortSignal): Promise<void> => {
    const warnings = createStartWarnings(options.onWarning);
    const onLine = (name: string, line: string): void => {
      warnings.onLine(name, line);
      options.onLine(name, line);
    };
    const child = supervise(node, { ...options, onLine });
    running.push(child);
    const ready = waitUntilReady(node.name, options.host, node.metricsPort, {
      clock: options.clock,
      signal,
      timeoutMs: readyTimeoutMs,
    });
    await Promise.race([ready, child.failed]);
    warnings.end();
    child.keepAlive();
    options.onReady(node.name, addressesOf(node, options));
  };

  const launchAll = async (nodes: readonly ServiceNode[], signal: AbortSignal): Promise<void> => {
    await Promise.all(nodes.map((node) => launch(node, signal)));
  };

  const stopMatching = async (pattern: RegExp, kill: AbortSignal): Promise<void> => {
    await Promise.all(running.filter(({ name }) => pattern.test(name)).map((child) => child.stop(graceMs, kill)));
  };

  return {
    topology,
    endpoints: {
      controller: controllerAddresses(options),
      router: `${options.host}:${options.routerPort}`,
      certs: options.certs,
    },
    services: running,
    get started() {
      return running.length > 0;
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
      for (const pattern of [/^router/, /^worker/, /^controller/]) await stopMatching(pattern, kill);
    },
  };
}
