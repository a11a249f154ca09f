// `pareto list`: the former way to list tasks and variants.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { formatTable } from '@pareto/report';
import { measuredByIn } from '../../candidates/measured-by.js';
import { withController } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { formatDefaultObjective, formatTensors } from '../../objects/task-text.js';
import { formatVariants } from '../../objects/variant-table.js';

/** Adds a hidden command. `get` prints more. */
export function addList(program: Command, context: Context): void {
  program
    .command('list', { hidden: true })
    .description("Lists the tasks and variants. 'pareto get' lists by kind.")
    .argument('[task]', 'task (default: all)')
    .addHelpText('after', '\nExample:\n  pareto list')
    .action(async (task: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const list = await withController(options, ({ registry }) => registry.list({ task: task ?? '' }));
      printResult(context, options, list, () => formatList(list, widthOf(context, options)));
    });
}

function formatList(list: wire.ListResponse, width: number): string {
  if (list.tasks.length === 0) return "nothing is registered: see 'pareto register --help'";
  const tasks = formatTable<wire.Task>(
    [
      { title: 'TASK', cell: (task) => task.name },
      { title: 'METRIC', drop: 3, cell: (task) => task.metric || '-' },
      { title: 'PROMISES', text: true, cell: (task) => formatDefaultObjective(task, measuredByIn(list, task.name)) },
      { title: 'INPUTS', text: true, drop: 2, cell: (task) => formatTensors(task.signature?.inputs) },
      { title: 'OUTPUTS', text: true, drop: 1, cell: (task) => formatTensors(task.signature?.outputs) },
    ],
    list.tasks,
    { width },
  );
  return list.variants.length === 0 ? tasks : `${tasks}\n\n${formatVariants(list.variants, width)}`;
}
