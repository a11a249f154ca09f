// `pareto top`: the cluster as it is now, live on a terminal.

import { ParetoError } from '@pareto/core';
import { Option, type Command } from 'commander';
import { withCluster } from '../connection/connect.js';
import { isForPrograms, printResult, type CommonOptions, type Context } from '../context/context.js';
import { showLive } from '../top/live.js';
import { describeRouter, formatDashboard } from '../top/format-dashboard.js';
import { sortKeys, type SortKey } from '../top/load-tables.js';
import { observeCluster, type ObserveOptions } from '../top/observe-cluster.js';
import { emptyDashboard, type Outage } from '../top/dashboard-state.js';

interface Options extends CommonOptions {
  readonly once?: boolean;
  readonly sort: SortKey;
}

export function addTop(program: Command, context: Context): void {
  program
    .command('top')
    .summary('watch load, workers and what was decided lately')
    .description(
      'Watches load, workers and what was decided lately. Latencies, ATTAINMENT (the share of all queries that was answered within its objective) and VARIANT are of the last 10 s, rates of the last 5 s. While no controller answers it keeps the last picture, says how old it is, and asks the router how it fares. Keys: q leaves, s sorts by the next column.',
    )
    .option('--once', 'print it once; so it is when the output is no terminal')
    .addOption(new Option('--sort <column>', 'tasks by it').choices(sortKeys).default('rate'))
    .addHelpText('after', '\nExamples:\n  pareto top\n  pareto top --once --sort p99')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const live = options.once !== true && !isForPrograms(options) && context.terminal.interactive;
      await withCluster(options, async (clients) => {
        const observing = { ...clients, clock: context.clock, signal: context.stop };
        await (live ? watch(context, options, observing) : printOnce(context, options, observing));
      });
    });
}

async function printOnce(context: Context, options: Options, observing: ObserveOptions): Promise<void> {
  const { clock, terminal } = context;
  const state = await observeCluster(emptyDashboard, observing);
  if (state.outage !== undefined) throw await unreachableError(options, observing, state.outage);
  const view = { now: clock.now(), router: options.router, sort: options.sort, paint: terminal.paint };
  printResult(context, options, state.overview, () =>
    formatDashboard(state, { ...view, columns: Infinity, rows: Infinity }),
  );
}

async function watch(context: Context, options: Options, observing: ObserveOptions): Promise<void> {
  const { terminal, clock } = context;
  let state = await observeCluster(emptyDashboard, observing);
  let { sort } = options;
  // What answers nowhere is more likely a wrong address than an outage.
  if (state.outage?.router.kind === 'silent') throw await unreachableError(options, observing, state.outage);
  const draw = (): string => {
    const hint = `q leaves, s sorts (by ${sort})`;
    const { columns, rows, paint } = terminal;
    const view = { now: clock.now(), router: options.router, columns, rows: rows - 1, sort, hint, paint };
    return formatDashboard(state, view);
  };
  await showLive(context, {
    draw,
    // A controller that doesn't answer takes its time to ask: the age on the screen goes on meanwhile.
    observe: async (signal) => void (state = await observeCluster(state, { ...observing, signal })),
    onKey: (key) => {
      if (key === 's') sort = sortKeys[(sortKeys.indexOf(sort) + 1) % sortKeys.length] ?? sort;
    },
  });
}

/** There is no picture to show: why, and whether serving goes on. */
async function unreachableError(
  { router }: Options,
  { diagnose }: ObserveOptions,
  { reason, router: status, isAbsent }: Outage,
): Promise<ParetoError> {
  const why = isAbsent ? await diagnose() : reason;
  return new ParetoError('unavailable', status.kind === 'silent' ? why : `${why}; ${describeRouter(status, router)}`);
}
