// `pareto up`: a cluster on this machine, until it is told to stop.

import { once } from 'node:events';
import { resolve } from 'node:path';
import { createCluster, parseLogLine, type Cluster } from '@pareto/local';
import { Option, type Command } from 'commander';
import type { Context, Endpoints } from '../context/context.js';
import { formatLogLine } from '../logs/format-log-line.js';
import { addressesLike, defaultController, wholeNumberIn } from '../context/options.js';

interface Options {
  readonly dataDir: string;
  readonly etcd: readonly string[];
  readonly certs?: string;
  readonly controllers: number;
  readonly workers: number;
  readonly controllerPort: number;
  readonly routerPort: number;
  readonly httpPort: number | 'off';
  readonly workerPort: number;
  readonly configDir?: string;
  readonly verbose?: boolean;
}

const port = wholeNumberIn(1, 65_000);
/** One that a cluster can do without. */
export const portOrOff = (text: string): number | 'off' => (text === 'off' ? text : port(text));

export function addUp(program: Command, context: Context): void {
  program
    .command('up')
    .summary('start a cluster on this machine, and keep it running')
    .description(
      'Starts controllers, a router and workers as processes on this machine, starts again what ends, and stops all in order on Ctrl-C (at once on a second).\nWith --certs FOLDER, as made by `pareto certs init`, all of them speak TLS.',
    )
    .option('--data-dir <folder>', 'where the store, models, caches and logs are', './.pareto')
    .addOption(
      new Option('--etcd <host:port,...>', 'keep the store in etcd instead of the data folder')
        .argParser(addressesLike('127.0.0.1:2379'))
        .default([], 'none'),
    )
    .option('--controllers <n>', 'how many; all but one stand by; more than one need --etcd', wholeNumberIn(1, 9), 1)
    .option('--workers <n>', 'how many; they share cores and memory', wholeNumberIn(1, 64), 2)
    .option('--controller-port <port>', 'gRPC; the next port is for metrics and probes; others ten apart', port, 8100)
    .option('--router-port <port>', 'gRPC; the next port is for metrics and probes', port, 8001)
    .option('--http-port <port>', "of the router, for the protocol's HTTP form; off: none", portOrOff, 8000)
    .option('--worker-port <port>', 'of the first worker; the others follow ten apart', port, 8200)
    .option(
      '--config-dir <folder>',
      'controller.json, router.json, worker.json: further flags of the services; what `up` tells them itself stands',
    )
    .option('-v, --verbose', "show the services' logs")
    .addHelpText(
      'after',
      '\nExamples:\n  pareto up --data-dir /var/lib/pareto --workers 4\n  pareto up --etcd 127.0.0.1:2379 --controllers 2',
    )
    .action(async (_options: unknown, self: Command) => up(context, self.optsWithGlobals<Options>()));
}

async function up(context: Context, options: Options): Promise<void> {
  const cluster = createNarratedCluster(context, { ...options, verbose: options.verbose === true });
  await withCluster(context, cluster, async () => {
    context.terminal.note(
      `\nThe cluster is up. Its logs are in ${cluster.topology.logDir}. Ctrl-C stops it.\n\n${nextSteps(cluster.endpoints)}`,
    );
    if (!context.stop.aborted) await once(context.stop, 'abort');
  }).catch((error: unknown) => {
    // Being stopped before it was up is no failure.
    if (!context.stop.aborted) throw error;
  });
}

/** Starts a cluster, works with it, and stops it however that ends. */
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
      terminal.note('stopping (Ctrl-C again stops at once)');
      await cluster.stop(kill);
      terminal.note('stopped');
    }
  }
}

function nextSteps(endpoints: Endpoints): string {
  const pareto = ['pareto', ...reachFlags(endpoints)].join(' ');
  return `Next:
  ${pareto} register model.onnx --task my-task --validation labelled.npz
  ${pareto} status
  ${pareto} top`;
}

/** What a command needs to be told of a cluster that is not where it looks by itself. */
function reachFlags({ controller, certs }: Endpoints): readonly string[] {
  const addresses = controller.join(',');
  return [
    ...(addresses === defaultController ? [] : ['--controller', addresses]),
    ...(certs === undefined ? [] : ['--certs', certs]),
  ];
}

export interface NarratedOptions extends Omit<Options, 'configDir' | 'certs' | 'verbose'> {
  readonly configDir?: string | undefined;
  readonly certs?: string | undefined;
  readonly verbose: boolean;
}

/** A cluster that tells on the terminal how it is. */
export function createNarratedCluster(context: Context, options: NarratedOptions): Cluster {
  const { terminal } = context;
  const since = context.clock.now();
  const nameWidth = options.controllers > 1 ? 12 : 10;
  const view = { paint: terminal.progressPaint, whole: false };
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
    onRestart: (name, reason, delay) =>
      terminal.note(`${prefix(name)} ${reason}: starting it again in ${delay / 1000} s`),
  });
}
