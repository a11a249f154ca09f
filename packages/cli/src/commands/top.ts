// `pareto top`: the cluster as it is now, live on a terminal.

import { milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { formatUsd } from '../format.js';
import { formatTable } from '../table.js';
import { formatWorkers } from '../worker-table.js';

interface Options extends CommonOptions {
  readonly once?: boolean;
}

const refreshMs = milliseconds(1_000);

export function addTop(program: Command, context: Context): void {
  program
    .command('top')
    .description('watch load, workers and what was decided lately')
    .option('--once', 'print it once; so it is when the output is no terminal')
    .addHelpText('after', '\nExample:\n  pareto top')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      const live = options.once !== true && options.output !== 'json' && context.terminal.interactive;
      await withController(options.controller, async ({ fleet }) => {
        if (!live) {
          const overview = await fleet.overview({}, { signal: context.stop });
          printResult(context, options, overview, () => formatOverview(overview));
        }
        while (live && !context.stop.aborted) {
          context.terminal.screen(formatOverview(await fleet.overview({})));
          await context.clock.sleep(refreshMs, context.stop).catch(() => undefined);
        }
      });
    });
}

const formatOverview = (overview: wire.OverviewResponse): string =>
  [
    `cluster ${overview.cluster}, led by ${overview.leader}, table ${overview.tableVersion}, ${overview.routers.length} router(s)`,
    overview.tasks.length === 0 ? 'no task is registered' : formatTasks(overview.tasks),
    overview.workers.length === 0 ? 'no worker has joined' : formatWorkers(overview.workers),
    overview.recentActions.length === 0 ? 'nothing was decided yet' : formatActions(overview.recentActions),
  ].join('\n\n');

const rate = (perSecond: number): string => perSecond.toFixed(1);

const formatTasks = (tasks: readonly wire.TaskLoad[]): string =>
  formatTable<wire.TaskLoad>(
    [
      { title: 'TASK', cell: ({ task }) => task },
      { title: 'REQ/S', align: 'right', cell: ({ requestsPerSecond }) => rate(requestsPerSecond) },
      { title: 'REFUSED/S', align: 'right', cell: ({ refusedPerSecond }) => rate(refusedPerSecond) },
      { title: 'LATE/S', align: 'right', cell: ({ violationsPerSecond }) => rate(violationsPerSecond) },
      { title: 'USD/H', align: 'right', cell: ({ usdPerHour }) => formatUsd(usdPerHour) },
      { title: 'READY', cell: ({ variantsReady }) => variantsReady.join(', ') },
    ],
    tasks,
  );

const shownActions = 10;

const formatActions = (actions: readonly wire.PlanAction[]): string =>
  formatTable<wire.PlanAction>(
    [
      { title: 'AGO', align: 'right', cell: ({ ageMs }) => `${(ageMs / 1000).toFixed(0)} s` },
      { title: 'ACTION', cell: ({ kind }) => kind },
      { title: 'VARIANT', cell: ({ variant }) => variant },
      { title: 'WORKER', cell: ({ worker }) => worker },
      { title: 'WHY', cell: ({ reason }) => reason },
    ],
    actions.slice(0, shownActions),
  );
