// A service of a cluster as a process that a test can start, kill, pause and stop, with its logs and metrics.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { v8FlagsOf } from '@pareto/core';
import { startChild, waitFor, type Child } from '@pareto/testkit';
import { readMetrics, type Metrics } from './metrics.js';

export type ServiceName = 'controller' | 'router' | 'worker';

/** The node is a router and a worker in one process. */
export type Program = ServiceName | 'node';

interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface ServiceProcess {
  readonly service: ServiceName;
  readonly name: string;
  /** Address of its gRPC server, host:port. */
  readonly address: string;
  /** URL of a router's HTTP server, if it has a fixed port. */
  readonly url: string;
  readonly metricsPort: number;
  readonly args: readonly string[];
  readonly child: Child;
  /** Starts the process without waiting for it. `more` are additional flags for this start. */
  launch(more?: readonly string[]): void;
  /** Starts the process and waits until it is ready. */
  start(more?: readonly string[]): Promise<void>;
  ready(): Promise<void>;
  /** Sends SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Sends SIGSTOP. */
  pause(): void;
  /** Sends SIGCONT. */
  resume(): void;
  /** Sends SIGTERM. Resolves with the exit code, or null if it had to be killed. */
  stop(): Promise<number | null>;
  metrics(): Promise<Metrics>;
  /** Returns its log since the last start. */
  logs(): readonly LogEntry[];
}

export interface ServiceProcessOptions {
  readonly service: ServiceName;
  /** Program of the process. That of the service alone if omitted. */
  readonly program?: Program;
  readonly name: string;
  readonly port: number;
  readonly metricsPort: number;
  /** HTTP port of a router. Any free port if omitted. */
  readonly httpPort?: number;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly starter?: ServiceStarter | undefined;
}

/** Starts the process of a service at each launch. By default, `startService`, which starts the current build. */
export type ServiceStarter = (start: ServiceStart) => Child;

export interface ServiceStart {
  readonly service: Program;
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const scriptOf = (service: string): string =>
  fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url));

/** Starts a service's entry with Node, without waiting for it. */
export const startService = (
  service: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child =>
  startChild(process.execPath, [...v8FlagsOf(service), scriptOf(service), ...withoutDelays(service, args)], { env });

/** Adds the flags that make services ready sooner and stop immediately, unless the arguments have them. */
function withoutDelays(service: string, args: readonly string[]): readonly string[] {
  const flags = ['--lame-duck-ms', ...(service === 'controller' ? [] : ['--warm-up-ms'])];
  return [...args, ...flags.flatMap((flag) => (args.includes(flag) ? [] : [flag, '0']))];
}

const hurriedWorker = fileURLToPath(new URL('hurried-worker.mjs', import.meta.url));

/**
 * Starts the current build, with workers that kill a hanging model after 2 s, or 3 s if the length of its run is
 * unknown.
 */
export const startHurried: ServiceStarter = ({ service, args, env }) =>
  service === 'worker'
    ? startChild(process.execPath, [...v8FlagsOf(service), hurriedWorker, ...withoutDelays(service, args)], { env })
    : startService(service, args, env);

const startCurrent: ServiceStarter = ({ service, args, env }) => startService(service, args, env);

/** Waits until a service exits because it cannot start, and returns its one line of output. */
export async function refusalToStart(child: Child): Promise<string> {
  assert.deepEqual(await child.exited, { code: 1, signal: null }, child.output);
  // Node may print warnings.
  const lines = child.output.split('\n').filter((line) => line.startsWith('pareto-'));
  assert.equal(lines.length, 1, child.output);
  return lines.join();
}

export function createServiceProcess(options: ServiceProcessOptions): ServiceProcess {
  const { service, program = service, name, port, metricsPort, httpPort = 0, env = {} } = options;
  const { starter = startCurrent } = options;
  const http = service === 'router' ? ['--http-port', String(httpPort)] : [];
  const args = ['--port', String(port), '--metrics-port', String(metricsPort), ...http, ...options.args];
  let child: Child | undefined;
  const current = (): Child => {
    if (child === undefined) throw new Error(`${name} was not started`);
    return child;
  };
  const launch = (more: readonly string[] = []): void => {
    child = starter({ service: program, name, args: [...args, ...more], env });
  };
  const ready = async (): Promise<void> => {
    const starting = current();
    const state = await waitFor(`${name} to be ready`, () => readiness(starting, metricsPort), 30_000).catch(String);
    if (state !== 'ready') throw new Error(`${name}: ${state}: ${starting.output.slice(-2_000)}`);
  };
  return {
    ...{ service, name, metricsPort, args, launch, ready, url: `http://127.0.0.1:${httpPort}` },
    address: `127.0.0.1:${port}`,
    get child() {
      return current();
    },
    async start(more) {
      launch(more);
      await ready();
    },
    async kill() {
      current().kill('SIGKILL');
      await current().exited;
    },
    pause: () => current().kill('SIGSTOP'),
    resume: () => current().kill('SIGCONT'),
    stop: async () => (await current().stop(20_000)).code,
    metrics: async () => readMetrics((await probe(metricsPort, '/metrics')).text),
    logs: () => readLogs(current().output),
  };
}

/** Returns the worker of a node, which starts and ends with the process of the node. */
export function workerOf(
  node: ServiceProcess,
  { name, port, metricsPort }: Pick<ServiceProcessOptions, 'name' | 'port' | 'metricsPort'>,
): ServiceProcess {
  const ready = async (): Promise<void> => {
    await node.ready();
    await waitFor(`${name} to be ready`, () => readiness(node.child, metricsPort), 30_000);
  };
  const own: Partial<ServiceProcess> = {
    ...{ service: 'worker', name, metricsPort, ready, address: `127.0.0.1:${port}` },
    metrics: async () => readMetrics((await probe(metricsPort, '/metrics')).text),
    async start(more) {
      node.launch(more);
      await ready();
    },
  };
  return Object.create(node, Object.getOwnPropertyDescriptors(own)) as ServiceProcess;
}

async function readiness(child: Child, metricsPort: number): Promise<'ready' | 'ended' | undefined> {
  if (!child.running) return 'ended';
  return (await probe(metricsPort, '/readyz')).status === 200 ? 'ready' : undefined;
}

/** Returns the response of a service on its port for probes. */
export async function probe(port: number, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) });
  return { status: response.status, text: await response.text() };
}

/** Parses the log. The last line may be incomplete and is skipped then. */
function readLogs(output: string): readonly LogEntry[] {
  return output.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{') ? [JSON.parse(line) as LogEntry] : [];
    } catch {
      return [];
    }
  });
}

/** Waits until clients have sent queries to a restarted router. */
export async function waitForQueries(router: ServiceProcess): Promise<void> {
  const queries = async (): Promise<true | undefined> =>
    (await router.metrics()).value('pareto_requests_total') > 0 || undefined;
  await waitFor(`${router.name} to receive queries`, queries, 20_000);
}
