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
  readonly workerPort: number;
  readonly workers: number;
  /** Folder with controller.json, router.json, worker.json: further flags of each service. */
  readonly configDir: string | undefined;
  readonly logFormat: 'json' | 'pretty';
}

/** A service with the ports that it listens on; the flag of `up` that moves them. */
export interface ServiceNode extends ProcessSpec {
  readonly port: number;
  readonly metricsPort: number;
  readonly portFlag: string;
}

export interface Topology {
  readonly controller: ServiceNode;
  readonly router: ServiceNode;
  readonly workers: readonly ServiceNode[];
  readonly tokenFile: string;
  readonly logDir: string;
}

const scriptOf = (service: string): string =>
  fileURLToPath(new URL(`../../../../services/${service}/dist/main.js`, import.meta.url));

const portsPerWorker = 10;
/** What replicas may use of the machine's memory, all workers together. */
const memoryShare = 0.7;

export function planTopology(options: TopologyOptions): Topology {
  const logDir = join(options.dataDir, 'logs');
  const tokenFile = join(options.dataDir, 'cluster-token');
  const node = (
    service: string,
    name: string,
    portFlag: string,
    port: number,
    args: readonly string[],
  ): ServiceNode => ({
    name,
    script: scriptOf(service),
    logFile: join(logDir, `${name}.log`),
    port,
    metricsPort: port + 1,
    portFlag,
    args: [...commonArgs(service, options, tokenFile, port), ...args],
  });
  const controllers = ['--controllers', `${options.host}:${options.controllerPort}`];
  const workers = Array.from({ length: options.workers }, (_, i) => {
    const name = `worker-${i + 1}`;
    const args = [
      ...controllers,
      '--id',
      name,
      '--cache-dir',
      join(options.dataDir, name),
      ...shareArgs(options.workers),
    ];
    return node('worker', name, '--worker-port', options.workerPort + i * portsPerWorker, args);
  });
  return {
    controller: node('controller', 'controller', '--controller-port', options.controllerPort, [
      '--data-dir',
      join(options.dataDir, 'controller'),
    ]),
    router: node('router', 'router', '--router-port', options.routerPort, controllers),
    workers,
    tokenFile,
    logDir,
  };
}

function commonArgs(service: string, options: TopologyOptions, tokenFile: string, port: number): readonly string[] {
  const file = options.configDir === undefined ? undefined : join(options.configDir, `${service}.json`);
  return [
    ...(file !== undefined && existsSync(file) ? ['--config', file] : []),
    ...['--host', options.host, '--port', String(port), '--metrics-port', String(port + 1)],
    ...['--cluster-token-file', tokenFile, '--log-format', options.logFormat, '--supervised'],
  ];
}

/** Workers on one machine share its cores and memory evenly. */
function shareArgs(workers: number): readonly string[] {
  const slots = Math.max(1, Math.floor(availableParallelism() / workers));
  const memory = Math.floor((totalmem() * memoryShare) / workers);
  return ['--slots', String(slots), '--memory', String(memory)];
}
