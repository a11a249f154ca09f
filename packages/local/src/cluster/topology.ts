// Plans the processes of a cluster on one machine: their ports, files and arguments.

import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v8FlagsOf } from '@pareto/core';
import { nodeFlags } from './node-flags.js';
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
  /** Set if the router and the first worker are separate processes. */
  readonly separate: boolean;
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
export interface Service {
  readonly name: string;
  readonly role: Role;
  /** Process of the service. The router and the first worker may have the same one. */
  readonly process: ProcessSpec;
  readonly port: number;
  readonly metricsPort: number;
  readonly portFlag: string;
  /** Port of the protocol over HTTP. Undefined for other services than the router. */
  readonly httpPort?: number | undefined;
}

export interface Topology {
  readonly controllers: readonly Service[];
  readonly router: Service;
  readonly workers: readonly Service[];
  readonly tokenFile: string;
  readonly logDir: string;
  /** File with the flags of the process of a router and a worker, made from their files in `configDir`. */
  readonly nodeConfigFile: string;
}

export const configFile = (configDir: string, role: Role): string => join(configDir, `${role}.json`);

const scriptOf = (program: Role | 'node'): string =>
  fileURLToPath(new URL(`../../../../services/${program}/dist/main.js`, import.meta.url));

const portStep = 10;
/** Share of the machine's memory for the replicas of all workers. */
const memoryShare = 0.7;

const controllerPorts = ({ controllers, controllerPort }: TopologyOptions): readonly number[] =>
  Array.from({ length: controllers }, (_, i) => controllerPort + i * portStep);

/** Returns host:port of every controller. */
export const controllerAddresses = (options: TopologyOptions): readonly string[] =>
  controllerPorts(options).map((port) => `${options.host}:${port}`);

export function planTopology(options: TopologyOptions): Topology {
  const { dataDir, separate } = options;
  const logDir = join(dataDir, 'logs');
  const tokenFile = join(dataDir, 'cluster-token');
  const nodeConfigFile = join(dataDir, 'node.json');
  const plan = (role: Role, name: string, port: number, own: readonly string[]): Planned => {
    const args = [...portArgs(port), ...own];
    const service = { name, role, port, metricsPort: port + 1, portFlag: `--${role}-port` };
    return { service, args, log: { name, role, file: join(logDir, `${name}.log`) } };
  };
  const run = (program: Role | 'node', ...planned: readonly Planned[]): ProcessSpec => ({
    name: planned.map(({ log }) => log.name).join(' and '),
    script: scriptOf(program),
    execArgv: v8FlagsOf(program),
    logs: planned.map(({ log }) => log),
    args: [
      ...commonArgs(program, options, { tokenFile, nodeConfigFile }),
      ...planned.flatMap(({ args }, index) => (index === 0 ? args : nodeFlags(args))),
    ],
  });
  const alone = (planned: Planned): Service => ({
    ...planned.service,
    process: run(planned.service.role, planned),
  });

  const follow = ['--controllers', controllerAddresses(options).join(',')];
  const controllers = controllerPorts(options).map((port, i) => {
    const name = options.controllers === 1 ? 'controller' : `controller-${i + 1}`;
    return plan('controller', name, port, storageArgs(options, name));
  });
  const router = plan('router', 'router', options.routerPort, [...follow, '--http-port', String(options.httpPort)]);
  const httpPort = options.httpPort === 'off' ? undefined : options.httpPort;
  const workers = Array.from({ length: options.workers }, (_, i) => {
    const name = `worker-${i + 1}`;
    const own = ['--id', name, '--cache-dir', join(dataDir, name)];
    return plan('worker', name, options.workerPort + i * portStep, [...follow, ...own, ...shareArgs(options)]);
  });
  const [first, ...others] = workers;
  const node = separate || first === undefined ? undefined : run('node', router, first);
  return {
    controllers: controllers.map(alone),
    router: { ...alone(router), ...(node && { process: node }), httpPort },
    workers:
      node === undefined || first === undefined
        ? workers.map(alone)
        : [{ ...first.service, process: node }, ...others.map(alone)],
    ...{ tokenFile, logDir, nodeConfigFile },
  };
}

/** A service without its process, with its flags. */
interface Planned {
  readonly service: Omit<Service, 'process'>;
  readonly args: readonly string[];
  readonly log: ProcessSpec['logs'][number];
}

/** Returns the flags of storage. With etcd the controllers share a blob folder, so that more of them can be started. */
function storageArgs({ dataDir, etcd }: TopologyOptions, name: string): readonly string[] {
  const own = ['--data-dir', join(dataDir, name)];
  return etcd.length === 0 ? own : [...own, '--etcd', etcd.join(','), '--blobs', join(dataDir, 'blobs')];
}

const portArgs = (port: number): readonly string[] => ['--port', String(port), '--metrics-port', String(port + 1)];

interface Files {
  readonly tokenFile: string;
  readonly nodeConfigFile: string;
}

function commonArgs(program: Role | 'node', options: TopologyOptions, files: Files): readonly string[] {
  const { host, certs, logFormat } = options;
  const config = configOf(program, options, files);
  return [
    ...(config === undefined ? [] : ['--config', config]),
    ...['--host', host],
    ...(certs === undefined
      ? ['--cluster-token-file', files.tokenFile]
      : ['--certs', program === 'node' ? certs : join(certs, program)]),
    ...['--log-format', logFormat, '--lame-duck-ms', '0', '--supervised'],
  ];
}

/** Returns the file with the further flags of a process. Undefined if there is none. */
function configOf(program: Role | 'node', { configDir }: TopologyOptions, files: Files): string | undefined {
  if (configDir === undefined) return undefined;
  const has = (role: Role): boolean => existsSync(configFile(configDir, role));
  if (program === 'node') return has('router') || has('worker') ? files.nodeConfigFile : undefined;
  return has(program) ? configFile(configDir, program) : undefined;
}

/** Returns flags that split the machine's cores and memory evenly among the workers, without those in their file. */
function shareArgs({ workers, configDir }: TopologyOptions): readonly string[] {
  const stated = workerFlags(configDir);
  const shares = {
    slots: Math.max(1, Math.floor(availableParallelism() / workers)),
    memory: Math.floor((totalmem() * memoryShare) / workers),
  };
  return Object.entries(shares).flatMap(([name, share]) => (stated.includes(name) ? [] : [`--${name}`, String(share)]));
}

/** Returns the names of the flags in the file of the workers. A file that is not valid is reported by their start. */
function workerFlags(configDir: string | undefined): readonly string[] {
  if (configDir === undefined) return [];
  try {
    return Object.keys(JSON.parse(readFileSync(configFile(configDir, 'worker'), 'utf8')) as object);
  } catch {
    return [];
  }
}
