// Which processes a cluster on one machine has, on which ports, and how each is started.

import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from './supervised.js';

export interface TopologyOptions {
  readonly dataDir: string;
  readonly host: string;
  readonly controllerPort: number;
  readonly routerPort: number;
  /** Of the router's HTTP. */
  readonly httpPort: number | 'off';
  readonly workerPort: number;
  /** More than one needs etcd. */
  readonly controllers: number;
  readonly workers: number;
  /** host:port of etcd; empty: each controller has an embedded store. */
  readonly etcd: readonly string[];
  /** Folder with the certificates of each role in a folder of its name; undefined: services know each other by a secret. */
  readonly certs: string | undefined;
  /** Folder with controller.json, router.json, worker.json: further flags of each service. */
  readonly configDir: string | undefined;
  readonly logFormat: 'json' | 'pretty';
}

export type Role = 'controller' | 'router' | 'worker';

/** A service with the ports that it listens on; the flag of `up` that moves them. */
export interface ServiceNode extends ProcessSpec {
  readonly port: number;
  readonly metricsPort: number;
  readonly portFlag: string;
  /** Of the protocol's HTTP form, which only a router has. */
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

const portsApart = 10;
/** What replicas may use of the machine's memory, all workers together. */
const memoryShare = 0.7;

const controllerPorts = ({ controllers, controllerPort }: TopologyOptions): readonly number[] =>
  Array.from({ length: controllers }, (_, i) => controllerPort + i * portsApart);

/** host:port of every controller. */
export const controllerAddresses = (options: TopologyOptions): readonly string[] =>
  controllerPorts(options).map((port) => `${options.host}:${port}`);

export function planTopology(options: TopologyOptions): Topology {
  const logDir = join(options.dataDir, 'logs');
  const tokenFile = join(options.dataDir, 'cluster-token');
  const node = (role: Role, name: string, port: number, args: readonly string[]): ServiceNode => ({
    name,
    script: scriptOf(role),
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
      return node('worker', name, options.workerPort + i * portsApart, args);
    }),
    tokenFile,
    logDir,
  };
}

/** On etcd the models lie beside the controllers' own folders, so that one more can be started. */
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

/** Workers on one machine share its cores and memory evenly. */
function shareArgs(workers: number): readonly string[] {
  const slots = Math.max(1, Math.floor(availableParallelism() / workers));
  const memory = Math.floor((totalmem() * memoryShare) / workers);
  return ['--slots', String(slots), '--memory', String(memory)];
}
