// A whole cluster on one machine: started in order, kept alive, stopped in order.

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
  /** It is not ready yet, and warns of something; the same only once. */
  readonly onWarning: (name: string, warning: string) => void;
  readonly onRestart: (name: string, reason: string, delay: Milliseconds) => void;
}

/** Addresses at which clients and the CLI reach a cluster. */
export interface ClusterEndpoints {
  /** host:port of its controllers. */
  readonly controller: readonly string[];
  /** host:port of its router. */
  readonly router: string;
  /** Folder with the operator's certificate. Undefined without TLS. */
  readonly certs: string | undefined;
}

export interface Cluster {
  readonly topology: Topology;
  readonly endpoints: ClusterEndpoints;
  /** What was started so far. */
  readonly services: readonly Supervised[];
  /** Something was started, and is to be stopped. */
  readonly started: boolean;
  /** Resolves when every service is ready. Throws what kept one from it; `stop` is still due. */
  start(signal: AbortSignal): Promise<void>;
  /** Router first, so that nothing new comes; then workers, then the controllers. At once when `kill` aborts. */
  stop(kill: AbortSignal): Promise<void>;
}

const readyTimeoutMs = 60_000;
/** A service drains for at most 10 s by itself. */
const graceMs = milliseconds(15_000);

/** E.g. "127.0.0.1:8001, http://127.0.0.1:8000". */
function whereToReach({ port, httpPort }: ServiceNode, { host, certs }: ClusterOptions): string {
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
    options.onReady(node.name, whereToReach(node, options));
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
      // One that fails ends the waiting for the others.
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
