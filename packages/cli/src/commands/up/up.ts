// `pareto up`: runs a cluster on this machine until it is interrupted.

import { once } from 'node:events';
import { resolve } from 'node:path';
import { createCluster, parseLogLine, type Cluster } from '@pareto/local';
import { Option, type Command } from 'commander';
import type { Context, Endpoints } from '../../context/context.js';
import { formatLogLine } from '../../terminal/format-log-line.js';
import { addressesLike, defaultController, wholeNumberIn } from '../../context/options.js';

interface Options {
  readonly dataDir: string;
  readonly etcd: readonly string[];
  readonly certs?: string;
  readonly controllers: number;
  readonly workers: number;
  readonly separate?: boolean;
  readonly controllerPort: number;
  readonly routerPort: number;
  readonly httpPort: number | 'off';
  readonly workerPort: number;
  readonly configDir?: string;
  readonly verbose?: boolean;
}

const port = wholeNumberIn(1, 65_000);
/** Parses a port that can be switched off. */
export const portOrOff = (text: string): number | 'off' => (text === 'off' ? text : port(text));

export function addUp(program: Command, context: Context): void {
  program
    .command('up')
    .summary('start a cluster on this machine and keep it running')
    .description(
      'Starts controllers, a router and workers as processes on this machine, restarts those that exit, and stops them in order on Ctrl-C (immediately on a second Ctrl-C).\nThe router and the first worker are one process, in which queries need no connection between them.\nWith --certs FOLDER, as created by `pareto certs init`, all of them use TLS.',
    )
    .option('--data-dir <folder>', 'folder for the store, models, caches and logs', './.pareto')
    .addOption(
      new Option('--etcd <host:port,...>', 'etcd for the store, instead of the data folder')
        .argParser(addressesLike('127.0.0.1:2379'))
        .default([], 'none'),
    )
    .option(
      '--controllers <n>',
      'number of controllers; one leads, the others are on standby; more than one require --etcd',
      wholeNumberIn(1, 9),
      1,
    )
    .option('--workers <n>', 'number of workers, which share cores and memory', wholeNumberIn(1, 64), 2)
    .option('--separate', 'run the router and the first worker as two processes')
    .option(
      '--controller-port <port>',
      'gRPC port; the next port is for metrics and probes; the ports of further controllers are ten apart',
      port,
      8100,
    )
    .option('--router-port <port>', 'gRPC port; the next port is for metrics and probes', port, 8001)
    .option('--http-port <port>', 'HTTP port of the router for the Open Inference Protocol, or off', portOrOff, 8000)
    .option('--worker-port <port>', 'port of the first worker; the ports of further workers are ten apart', port, 8200)
    .option(
      '--config-dir <folder>',
      'folder with controller.json, router.json and worker.json: further flags of the services, which the flags that `up` sets override, except for slots and memory in worker.json',
    )
    .option('-v, --verbose', "print the services' logs")
    .addHelpText(
      'after',
      '\nExamples:\n  pareto up --data-dir /var/lib/pareto --workers 4\n  pareto up --etcd 127.0.0.1:2379 --controllers 2',
    )
    .action(async (_options: unknown, self: Command) => up(context, self.optsWithGlobals<Options>()));
}

async function up(context: Context, options: Options): Promise<void> {
  const cluster = createReportedCluster(context, {
    ...options,
    verbose: options.verbose === true,
    separate: options.separate === true,
  });
  await withCluster(context, cluster, async () => {
    context.terminal.note(
      `\nThe cluster is up. Its logs are in ${cluster.topology.logDir}. Ctrl-C stops it.\n\n${nextCommands(cluster.endpoints)}`,
    );
    if (!context.stop.aborted) await once(context.stop, 'abort');
  }).catch((error: unknown) => {
    // An interrupt during the start is not a failure.
    if (!context.stop.aborted) throw error;
  });
}

/** Starts a cluster, runs `work`, and then stops the cluster, also after an error. */
export async function withCluster<T>(context: Context, cluster: Cluster, work: () => Promise<T>): Promise<T> {
  const { terminal, stop, kill } = context;
  try {
    await cluster.start(stop);
    return await work();
  } catch (error) {
    if (cluster.started && !stop.aborted) terminal.note(`the logs are in ${cluster.topology.logDir}`);
    throw error;
  } finally {
    if (cluster.started) {
      terminal.note('stopping (press Ctrl-C again to stop immediately)');
      await cluster.stop(kill);
      terminal.note('stopped');
    }
  }
}

function nextCommands(endpoints: Endpoints): string {
  const pareto = ['pareto', ...connectionFlags(endpoints)].join(' ');
  return `Next:
  ${pareto} register model.onnx --task my-task --validation labelled.npz
  ${pareto} status
  ${pareto} top`;
}

/** Returns the flags that other commands need if the cluster does not have the default addresses. */
function connectionFlags({ controller, certs }: Endpoints): readonly string[] {
  const addresses = controller.join(',');
  return [
    ...(addresses === defaultController ? [] : ['--controller', addresses]),
    ...(certs === undefined ? [] : ['--certs', certs]),
  ];
}

export interface ReportedClusterOptions extends Omit<Options, 'configDir' | 'certs' | 'verbose' | 'separate'> {
  readonly separate: boolean;
  readonly configDir?: string | undefined;
  readonly certs?: string | undefined;
  readonly verbose: boolean;
}

/** Creates a cluster that prints its progress on the terminal. */
export function createReportedCluster(context: Context, options: ReportedClusterOptions): Cluster {
  const { terminal } = context;
  const since = context.clock.now();
  const nameWidth = options.controllers > 1 ? 12 : 10;
  const view = { paint: terminal.progressPaint, full: false };
  const prefix = (name: string): string => terminal.progressPaint.cyan(name.padEnd(nameWidth));
  return createCluster({
    ...options,
    dataDir: resolve(options.dataDir),
    certs: options.certs === undefined ? undefined : resolve(options.certs),
    configDir: options.configDir,
    host: '127.0.0.1',
    logFormat: 'json',
    clock: context.clock,
    onLine: (name, line) => {
      if (options.verbose) terminal.note(`${prefix(name)} | ${formatLogLine(parseLogLine(name, line), view)}`);
    },
    onReady: (name, address) =>
      terminal.note(`${prefix(name)} ready on ${address} (${((context.clock.now() - since) / 1000).toFixed(1)} s)`),
    onWarning: (name, warning) => terminal.note(`${prefix(name)} ${warning}`),
    onRestart: (name, reason, delay) => terminal.note(`${prefix(name)} ${reason}; restarting in ${delay / 1000} s`),
  });
}
