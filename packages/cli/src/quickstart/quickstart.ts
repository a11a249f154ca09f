// Process of `npm run quickstart`. Exits with 0 only if every objective was met.

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import type { Cluster } from '@pareto/local';
import { runProcess } from '@pareto/report';
import { Command } from 'commander';
import { createReportedCluster, portOrOff, withCluster } from '../commands/up/up.js';
import type { Context } from '../context/context.js';
import { listenForInterrupts } from '../context/interrupts.js';
import { wholeNumberIn } from '../context/options.js';
import { describeFailure } from '../program.js';
import { runQueries, drawFrontier } from './demo.js';
import { samplesFile } from './digits.js';
import { registerDigits } from './register-digits.js';
import { findFailures, formatOutcomes, connectionHints } from './report.js';
import { formatResult } from '../commands/register/registered-summary.js';
import { createTerminal } from '../terminal/terminal.js';

const defaultDir = '.pareto-quickstart';

interface Options {
  readonly keep?: boolean;
  readonly dataDir: string;
  readonly controllerPort: number;
  readonly routerPort: number;
  readonly httpPort: number | 'off';
  readonly workerPort: number;
}

function readOptions(): Options {
  const port = wholeNumberIn(1, 65_000);
  return new Command('npm run quickstart --')
    .description(
      'Starts a cluster on this machine, registers the models of the digits example, and sends queries with different objectives.',
    )
    .option('--keep', 'leave the cluster running, and print how to use it')
    .option(
      '--data-dir <folder>',
      'folder for the store, models, caches and logs; the default one is emptied first',
      defaultDir,
    )
    .option('--controller-port <port>', 'gRPC port; the next port is for metrics and probes', port, 8100)
    .option('--router-port <port>', 'gRPC port; the next port is for metrics and probes', port, 8001)
    .option('--http-port <port>', 'HTTP port of the router, or off', portOrOff, 8000)
    .option('--worker-port <port>', 'port of the first worker; the second uses the port ten above', port, 8200)
    .addHelpText('after', '\nExample:\n  npm run quickstart -- --keep')
    .parse()
    .opts();
}

async function quickstart(context: Context, options: Options): Promise<number> {
  const isDefaultDir = options.dataDir === defaultDir;
  if (isDefaultDir) await rm(options.dataDir, { recursive: true, force: true });
  const configDir = fileURLToPath(new URL('../../../../deploy/quickstart', import.meta.url));
  const cluster = createReportedCluster(context, {
    ...options,
    ...{ controllers: 1, workers: 2, separate: false, etcd: [], certs: undefined, verbose: false, configDir },
  });
  const passed = await withCluster(context, cluster, async () => {
    const met = await showAll(context, cluster);
    if (!met) context.terminal.note(`the logs are in ${cluster.topology.logDir}`);
    if (options.keep === true) await waitForInterrupt(context, connectionHints(cluster, samplesFile));
    return met;
  });
  // Keeps the logs after a failure.
  if (isDefaultDir && passed) await rm(options.dataDir, { recursive: true, force: true });
  return passed ? 0 : 1;
}

/** Registers the models, runs the queries and prints the results. Returns whether every query met its expectation. */
async function showAll(context: Context, cluster: Cluster): Promise<boolean> {
  const { terminal } = context;
  const registered = await registerDigits(context, cluster);
  terminal.print(`\n${formatResult(registered, { width: terminal.columns })}\n`);
  const outcomes = await runQueries(context, cluster, registered.variants);
  terminal.print(`\n${formatOutcomes(outcomes, terminal.paint, terminal.columns)}\n`);
  terminal.print(`${await drawFrontier(context, cluster)}\n`);
  const failures = findFailures(outcomes);
  for (const failure of failures) terminal.note(`not met: ${failure}`);
  if (failures.length === 0) terminal.note(`All ${outcomes.length} objectives were met.`);
  return failures.length === 0;
}

async function waitForInterrupt(context: Context, text: string): Promise<void> {
  context.terminal.print(`\n${text}`);
  if (!context.stop.aborted) await once(context.stop, 'abort');
}

const context = {
  // oxlint-disable-next-line no-restricted-properties -- the variables that control colours
  terminal: createTerminal(process.stdout, process.stderr, { env: process.env }),
  clock: systemClock,
  ...listenForInterrupts(),
};
await runProcess('quickstart', async () => {
  try {
    return await quickstart(context, readOptions());
  } catch (error) {
    context.terminal.note(context.stop.aborted ? 'interrupted' : `quickstart: ${describeFailure(error)}`);
    return context.stop.aborted ? 130 : 1;
  }
});
