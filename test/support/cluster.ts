// A cluster of real processes on free ports: a controller, a router, workers.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createTempFolder, freePorts, startChild, waitFor, type Child, type TempFolder } from '@pareto/testkit';

interface ServiceProcess {
  readonly name: string;
  /** host:port of its gRPC server. */
  readonly address: string;
  readonly metricsPort: number;
  readonly args: readonly string[];
  readonly child: Child;
  /** Starts it, again after a kill, and waits until it is ready. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface Cluster extends AsyncDisposable {
  readonly folder: TempFolder;
  readonly tokenFile: string;
  readonly token: string;
  readonly controller: ServiceProcess;
  readonly router: ServiceProcess;
  readonly workers: readonly ServiceProcess[];
}

export interface ClusterOptions {
  readonly workers?: number;
  readonly traceEndpoint?: string;
  readonly workerArgs?: readonly string[];
  readonly routerArgs?: readonly string[];
}

const scriptOf = (service: string): string =>
  fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));

/** Starts `node` on a service's entry, without waiting for anything. */
export const startService = (service: string, args: readonly string[]): Child =>
  startChild(process.execPath, [scriptOf(service), ...args]);

/** Resolves when every service is ready; nothing is registered yet. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = await createTempFolder();
  const token = 'a-secret-for-tests-only';
  const tokenFile = folder.file('token');
  await writeFile(tokenFile, token);
  const count = options.workers ?? 2;
  const ports = await freePorts(4 + 2 * count);
  const trace = options.traceEndpoint === undefined ? [] : ['--trace-endpoint', options.traceEndpoint];
  const common = ['--cluster-token-file', tokenFile, '--log-level', 'info', ...trace];
  const make = (service: string, name: string, index: number, args: readonly string[]): ServiceProcess => {
    const [port = 0, metricsPort = 0] = ports.slice(2 * index);
    return createService(service, name, port, metricsPort, [...common, ...args]);
  };
  const controller = make('controller', 'controller', 0, ['--data-dir', folder.file('controller')]);
  const follow = ['--controllers', controller.address];
  const router = make('router', 'router', 1, [...follow, ...(options.routerArgs ?? [])]);
  const workers = Array.from({ length: count }, (_, index) => {
    const name = `worker-${index + 1}`;
    const own = ['--id', name, '--cache-dir', folder.file(name), '--slots', '1', '--memory', '3g'];
    return make('worker', name, index + 2, [...follow, ...own, ...(options.workerArgs ?? [])]);
  });
  const all = [controller, router, ...workers];
  const cluster = {
    ...{ folder, tokenFile, token, controller, router, workers },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(all.map(({ child }) => child.stop(5_000)));
      await folder[Symbol.asyncDispose]();
    },
  };
  try {
    await Promise.all(all.map((service) => service.start()));
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

function createService(
  service: string,
  name: string,
  port: number,
  metricsPort: number,
  rest: readonly string[],
): ServiceProcess {
  const args = ['--port', String(port), '--metrics-port', String(metricsPort), ...rest];
  let child: Child | undefined;
  const current = (): Child => {
    if (child === undefined) throw new Error(`${name} was not started`);
    return child;
  };
  return {
    name,
    address: `127.0.0.1:${port}`,
    metricsPort,
    args,
    get child() {
      return current();
    },
    async start() {
      const starting = (child = startService(service, args));
      const state = await waitFor(`${name} to be ready`, () => readiness(starting, metricsPort), 20_000);
      if (state === 'ended') throw new Error(`${name} ended: ${starting.output.slice(-2000)}`);
    },
    async kill() {
      current().kill('SIGKILL');
      await current().exited;
    },
  };
}

async function readiness(child: Child, metricsPort: number): Promise<'ready' | 'ended' | undefined> {
  if (!child.running) return 'ended';
  return (await probe(metricsPort, '/readyz')).status === 200 ? 'ready' : undefined;
}

/** What a service answers on its port for probes. */
export async function probe(port: number, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}
