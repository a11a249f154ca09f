// `pareto workers`: the former way to list workers.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { formatWorkers } from './worker-table.js';

/** Adds a hidden command. `get workers -o wide` prints more. */
export function addWorkers(program: Command, context: Context): void {
  program
    .command('workers', { hidden: true })
    .description("Lists the workers and their replicas, like 'pareto get workers -o wide'.")
    .addHelpText('after', '\nExample:\n  pareto workers')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const { workers, notices } = await withController(options, ({ fleet }) => fleet.overview({}));
      printResult(context, options, { workers }, () => formatList(workers, widthOf(context, options)));
      for (const notice of notices) context.terminal.note(context.terminal.progressPaint.yellow(`! ${notice}`));
    });
}

const formatList = (workers: readonly wire.Worker[], width: number): string =>
  workers.length === 0 ? "no worker has joined: 'pareto up' starts two" : formatWorkers(workers, width);
