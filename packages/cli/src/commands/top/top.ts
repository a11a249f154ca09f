// `pareto top`: shows load, workers and recent actions, live on a terminal.

import { ParetoError } from '@pareto/core';
import { Option, type Command } from 'commander';
import { withCluster } from '../../connection/connect.js';
import { isForPrograms, printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { showLive } from '../../dashboard/live.js';
import { describeRouter, formatDashboard } from '../../dashboard/format-dashboard.js';
import { sortKeys, type SortKey } from '../../dashboard/load-tables.js';
import { observeCluster, type ObserveOptions } from '../../dashboard/observe-cluster.js';
import { emptyDashboard, type Outage } from '../../dashboard/dashboard-state.js';

interface Options extends CommonOptions {
  readonly once?: boolean;
  readonly sort: SortKey;
}

export function addTop(program: Command, context: Context): void {
  program
    .command('top')
    .summary('watch load, workers and recent actions')
    .description(
      'Shows load, workers and recent actions of the controller. Latencies, ATTAINMENT (the share of all queries that were answered within their objective) and VARIANT cover the last 10 s, rates the last 5 s. If no controller is reachable, shows the last data and its age, and queries the router for its status. Keys: q quits, s sorts by the next column.',
    )
    .option('--once', 'print once and exit (the default if the output is not a terminal)')
    .addOption(new Option('--sort <column>', 'column by which tasks are sorted').choices(sortKeys).default('rate'))
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
    formatDashboard(state, { ...view, columns: widthOf(context, options), rows: Infinity }),
  );
}

async function watch(context: Context, options: Options, observing: ObserveOptions): Promise<void> {
  const { terminal, clock } = context;
  let state = await observeCluster(emptyDashboard, observing);
  let { sort } = options;
  // If neither a controller nor the router is reachable, the addresses are probably wrong.
  if (state.outage?.router.kind === 'unreachable') throw await unreachableError(options, observing, state.outage);
  const draw = (): string => {
    const hint = `q: quit, s: sort (by ${sort})`;
    const { columns, rows, paint } = terminal;
    const view = { now: clock.now(), router: options.router, columns, rows: rows - 1, sort, hint, paint };
    return formatDashboard(state, view);
  };
  await showLive(context, {
    draw,
    // Waiting for an unreachable controller takes seconds, so this runs alongside the drawing, which updates the age.
    observe: async (signal) => void (state = await observeCluster(state, { ...observing, signal })),
    onKey: (key) => {
      if (key === 's') sort = sortKeys[(sortKeys.indexOf(sort) + 1) % sortKeys.length] ?? sort;
    },
  });
}

/** Returns the error if there is no data to show: the reason, and the status of the router if that is reachable. */
async function unreachableError(
  { router }: Options,
  { diagnose }: ObserveOptions,
  { reason, router: status, isAbsent }: Outage,
): Promise<ParetoError> {
  const why = isAbsent ? await diagnose() : reason;
  return new ParetoError(
    'unavailable',
    status.kind === 'unreachable' ? why : `${why}; ${describeRouter(status, router)}`,
  );
}
