// A cluster of real processes on free ports: controllers, routers, workers.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempFolder, freePorts, type TempFolder } from '@pareto/testkit';
import { createLinks, type Links } from './links.js';
import {
  createServiceProcess,
  workerOf,
  type Program,
  type ServiceName,
  type ServiceProcess,
  type ServiceStarter,
} from './service-process.js';

export interface Cluster extends AsyncDisposable {
  readonly folder: TempFolder;
  readonly token: string;
  /** First controller. */
  readonly controller: ServiceProcess;
  /** First router. */
  readonly router: ServiceProcess;
  readonly controllers: readonly ServiceProcess[];
  readonly routers: readonly ServiceProcess[];
  readonly workers: readonly ServiceProcess[];
  /** Proxies that can be cut and stalled. Undefined without `linkedWorkers` and `linkedEtcd`. */
  readonly links: Links | undefined;
}

export interface ClusterOptions {
  /** Number of controllers. More than one require etcd. */
  readonly controllers?: number;
  readonly routers?: number;
  readonly workers?: number;
  /** Number of processes that are a router and a worker: the first ones of both. 0 if omitted. */
  readonly nodes?: number;
  /** Addresses of the etcd nodes, host:port. The store is embedded if omitted. */
  readonly etcd?: readonly string[];
  /** Flags for the blob store, with etcd. A folder shared by all controllers if omitted. */
  readonly blobs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly starter?: ServiceStarter;
  /** Indexes of the workers with proxies in front of them, and in front of the controllers that they call. */
  readonly linkedWorkers?: readonly number[];
  /** Set if each controller has its own proxies in front of the etcd nodes. */
  readonly linkedEtcd?: boolean;
  /** Folder created by `pareto certs init`. The cluster uses a token if omitted. */
  readonly certs?: string;
  readonly traceEndpoint?: string;
  readonly controllerArgs?: readonly string[];
  readonly routerArgs?: readonly string[];
  readonly workerArgs?: readonly string[];
  /** Time for measuring a variant. 100 ms if omitted. */
  readonly profileMs?: number;
}

/** Starts a cluster without models. Resolves when every service is ready. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = await createTempFolder();
  const token = 'a-secret-for-tests-only';
  await writeFile(folder.file('token'), token, { mode: 0o600 });
  const planned = await planAddresses(options);
  const addresses = { controllers: addressesOf(planned.controller), workers: addressesOf(planned.worker) };
  const links = await linksOf(options, addresses);
  const { env = {}, starter, nodes = 0 } = options;
  const plan: Plan = { options, folder, links, addresses };
  const nameOf = (service: ServiceName, index: number): string =>
    planned[service].length > 1 || service === 'worker' ? `${service}-${index + 1}` : service;
  const make = (service: ServiceName, from = 0): readonly ServiceProcess[] =>
    planned[service].slice(from).map((ports, offset) => {
      const args = [...commonArgs(service, options, folder), ...argsOf(service, from + offset, plan)];
      return createServiceProcess({ service, name: nameOf(service, from + offset), ...ports, args, env, starter });
    });
  const pairs = planned.router.slice(0, nodes).map((ports, index) => {
    const worker = { name: nameOf('worker', index), ...(planned.worker[index] ?? ports) };
    const args = [...commonArgs('node', options, folder), ...nodeArgs(index, worker, plan)];
    const node = createServiceProcess({
      ...{ service: 'router', program: 'node', name: `node-${index + 1}`, ...ports },
      ...{ args, env, starter },
    });
    return { node, worker: workerOf(node, worker) };
  });
  const controllers = make('controller');
  const routers = [...pairs.map(({ node }) => node), ...make('router', nodes)];
  const separateWorkers = make('worker', nodes);
  const workers = [...pairs.map(({ worker }) => worker), ...separateWorkers];
  const [controller, router] = [controllers[0], routers[0]];
  if (controller === undefined || router === undefined) throw new Error('a cluster has a controller and a router');
  const all = [...controllers, ...routers, ...separateWorkers];
  const started = new Set<ServiceProcess>();
  const start = async (services: readonly ServiceProcess[]): Promise<void> => {
    for (const service of services) {
      service.launch();
      started.add(service);
    }
    await Promise.all(services.map((service) => service.ready()));
  };
  const cluster: Cluster = {
    ...{ folder, token, controller, router, controllers, routers, workers, links },
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(started, ({ child }) => child.stop(5_000)));
      await links?.[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  try {
    // The first controller leads.
    if (controllers.length > 1) await start([controller]);
    await start(all.filter((service) => !started.has(service)));
    await Promise.all(pairs.map(({ worker }) => worker.ready()));
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function linksOf(
  { linkedEtcd = false, linkedWorkers = [], etcd = [] }: ClusterOptions,
  { controllers, workers }: { readonly controllers: readonly string[]; readonly workers: readonly string[] },
): Promise<Links | undefined> {
  if (!linkedEtcd && linkedWorkers.length === 0) return undefined;
  const linked = new Map(linkedWorkers.map((index) => [index, workers[index] ?? '']));
  return createLinks({ etcd: linkedEtcd ? etcd : [], controllers, workers: linked });
}

interface ServiceAddress {
  readonly port: number;
  readonly metricsPort: number;
  readonly httpPort: number;
}

const addressesOf = (planned: readonly ServiceAddress[]): readonly string[] =>
  planned.map(({ port }) => `127.0.0.1:${port}`);

async function planAddresses(
  options: ClusterOptions,
): Promise<Readonly<Record<ServiceName, readonly ServiceAddress[]>>> {
  const counts = { controller: options.controllers ?? 1, router: options.routers ?? 1, worker: options.workers ?? 2 };
  const ports = [...(await freePorts(3 * (counts.controller + counts.router + counts.worker)))];
  const take = (count: number): readonly ServiceAddress[] =>
    Array.from({ length: count }, () => ({
      port: ports.pop() ?? 0,
      metricsPort: ports.pop() ?? 0,
      httpPort: ports.pop() ?? 0,
    }));
  return { controller: take(counts.controller), router: take(counts.router), worker: take(counts.worker) };
}

function commonArgs(service: Program, { certs, traceEndpoint }: ClusterOptions, folder: TempFolder): readonly string[] {
  const trace = traceEndpoint === undefined ? [] : ['--trace-endpoint', traceEndpoint];
  const proof =
    certs === undefined
      ? ['--cluster-token-file', folder.file('token')]
      : ['--certs', service === 'node' ? certs : join(certs, service)];
  return [...proof, '--log-level', 'info', ...trace];
}

interface Plan {
  readonly options: ClusterOptions;
  readonly folder: TempFolder;
  readonly links: Links | undefined;
  readonly addresses: { readonly controllers: readonly string[] };
}

/** Returns the flags of a router and of a worker, of which those that both have begin with `worker-`. */
function nodeArgs(index: number, { port, metricsPort }: ServiceAddress, plan: Plan): readonly string[] {
  const worker = argsOf('worker', index, plan).map((arg) => arg.replace(/^--(id|advertise)$/, '--worker-$1'));
  const ports = ['--worker-port', String(port), '--worker-metrics-port', String(metricsPort)];
  return [...argsOf('router', index, plan), ...ports, ...worker];
}

function argsOf(service: ServiceName, index: number, plan: Plan): readonly string[] {
  const { options, folder, links, addresses } = plan;
  switch (service) {
    case 'controller':
      return [...storageArgs(index, plan), ...(options.controllerArgs ?? [])];
    case 'router':
      return ['--controllers', addresses.controllers.join(','), ...(options.routerArgs ?? [])];
    case 'worker': {
      const name = `worker-${index + 1}`;
      const own = ['--id', name, '--cache-dir', folder.file(name), '--slots', '1', '--memory', '3g'];
      const profile = ['--profile-ms', String(options.profileMs ?? 100)];
      const linked = links?.workers.get(index);
      const controllers = linked?.controllers.map(({ address }) => address) ?? addresses.controllers;
      const advertise = linked === undefined ? [] : ['--advertise', linked.inbound.address];
      return ['--controllers', controllers.join(','), ...own, ...profile, ...advertise, ...(options.workerArgs ?? [])];
    }
  }
}

function storageArgs(index: number, { options, folder, links }: Plan): readonly string[] {
  if (options.etcd === undefined) return ['--data-dir', folder.file('controller')];
  const proxies = links?.etcd[index] ?? [];
  const nodes = proxies.length > 0 ? proxies.map(({ address }) => address) : options.etcd;
  const blobs = options.blobs ?? ['--blobs', folder.file('blobs')];
  return ['--data-dir', folder.file(`controller-${index + 1}`), '--etcd', nodes.join(','), ...blobs];
}
