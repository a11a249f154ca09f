// Plans the processes of a cluster on one machine: their ports, files and arguments.

import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serviceNodeFlags } from '@pareto/core';
import type { ProcessSpec } from './supervised.js';

export interface TopologyOptions {
  readonly dataDir: string;
  readonly host: string;
  readonly controllerPort: number;
  readonly routerPort: number;
  /** Port of the router's HTTP server. */
  readonly httpPort: number | 'off';
  readonly workerPort: number;
  /** Number of controllers. More than one needs etcd. */
  readonly controllers: number;
  readonly workers: number;
  /** host:port of etcd. Empty means that the controller has an embedded store. */
  readonly etcd: readonly string[];
  /** Folder with a subfolder of certificates for each role. Undefined means that services use the cluster token. */
  readonly certs: string | undefined;
  /** Folder with further flags of the services in controller.json, router.json and worker.json. */
  readonly configDir: string | undefined;
  readonly logFormat: 'json' | 'pretty';
}

export type Role = 'controller' | 'router' | 'worker';

/** A service, the ports that it listens on, and the flag of `up` that changes them. */
export interface ServiceNode extends ProcessSpec {
  readonly port: number;
  readonly metricsPort: number;
  readonly portFlag: string;
  /** Port of the protocol over HTTP. Undefined for other services than the router. */
  readonly httpPort?: number | undefined;
}

export interface Topology {
  readonly controllers: readonly ServiceNode[];
  readonly router: ServiceNode;
  readonly workers: readonly ServiceNode[];
  readonly tokenFile: string;
  readonly logDir: string;
}

export const configFile = (configDir: string, role: Role): string => join(configDir, `${role}.json`);

const scriptOf = (role: Role): string =>
  fileURLToPath(new URL(`../../../../services/${role}/dist/main.js`, import.meta.url));

const portStep = 10;
/** Share of the machine's memory for the replicas of all workers. */
const memoryShare = 0.7;

const controllerPorts = ({ controllers, controllerPort }: TopologyOptions): readonly number[] =>
  Array.from({ length: controllers }, (_, i) => controllerPort + i * portStep);

/** Returns host:port of every controller. */
export const controllerAddresses = (options: TopologyOptions): readonly string[] =>
  controllerPorts(options).map((port) => `${options.host}:${port}`);

export function planTopology(options: TopologyOptions): Topology {
  const logDir = join(options.dataDir, 'logs');
  const tokenFile = join(options.dataDir, 'cluster-token');
  const node = (role: Role, name: string, port: number, args: readonly string[]): ServiceNode => ({
    name,
    script: scriptOf(role),
    nodeFlags: serviceNodeFlags,
    logFile: join(logDir, `${name}.log`),
    port,
    metricsPort: port + 1,
    portFlag: `--${role}-port`,
    args: [...commonArgs(role, options, tokenFile, port), ...args],
  });
  const follow = ['--controllers', controllerAddresses(options).join(',')];
  return {
    controllers: controllerPorts(options).map((port, i) => {
      const name = options.controllers === 1 ? 'controller' : `controller-${i + 1}`;
      return node('controller', name, port, storageArgs(options, name));
    }),
    router: {
      ...node('router', 'router', options.routerPort, [...follow, '--http-port', String(options.httpPort)]),
      httpPort: options.httpPort === 'off' ? undefined : options.httpPort,
    },
    workers: Array.from({ length: options.workers }, (_, i) => {
      const name = `worker-${i + 1}`;
      const own = ['--id', name, '--cache-dir', join(options.dataDir, name)];
      const args = [...follow, ...own, ...shareArgs(options.workers)];
      return node('worker', name, options.workerPort + i * portStep, args);
    }),
    tokenFile,
    logDir,
  };
}

/** Returns the flags of storage. With etcd the controllers share a blob folder, so that more of them can be started. */
function storageArgs({ dataDir, etcd }: TopologyOptions, name: string): readonly string[] {
  const own = ['--data-dir', join(dataDir, name)];
  return etcd.length === 0 ? own : [...own, '--etcd', etcd.join(','), '--blobs', join(dataDir, 'blobs')];
}

function commonArgs(role: Role, options: TopologyOptions, tokenFile: string, port: number): readonly string[] {
  const { host, certs, configDir, logFormat } = options;
  const file = configDir === undefined ? undefined : configFile(configDir, role);
  return [
    ...(file !== undefined && existsSync(file) ? ['--config', file] : []),
    ...['--host', host, '--port', String(port), '--metrics-port', String(port + 1)],
    ...(certs === undefined ? ['--cluster-token-file', tokenFile] : ['--certs', join(certs, role)]),
    ...['--log-format', logFormat, '--supervised'],
  ];
}

/** Returns flags that split the machine's cores and memory evenly among the workers. */
function shareArgs(workers: number): readonly string[] {
  const slots = Math.max(1, Math.floor(availableParallelism() / workers));
  const memory = Math.floor((totalmem() * memoryShare) / workers);
  return ['--slots', String(slots), '--memory', String(memory)];
}
