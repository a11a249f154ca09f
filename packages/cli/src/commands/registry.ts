// `pareto list` and `pareto describe`: what is registered and what was measured of it.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController } from '../connect.js';
import { printResult, type CommonOptions, type Context } from '../context.js';
import { formatDescription, formatPromise, formatTensors } from '../description.js';
import { formatTable } from '../table.js';
import { formatVariants } from '../variant-table.js';

export function addList(program: Command, context: Context): void {
  program
    .command('list')
    .description('list tasks, architectures and variants')
    .argument('[task]', 'only of this task')
    .addHelpText('after', '\nExample:\n  pareto list')
    .action(async (task: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const list = await withController(options, ({ registry }) => registry.list({ task: task ?? '' }));
      printResult(context, options, list, () => formatList(list));
    });
}

export function addDescribe(program: Command, context: Context): void {
  program
    .command('describe')
    .summary('show a task, architecture or variant with all that was measured')
    .description(
      'Shows a task, architecture or variant with all that was measured, and what was not made of it and why. Of one variant: the whole profile.',
    )
    .argument('<name>')
    .addHelpText('after', '\nExamples:\n  pareto describe digits\n  pareto describe cnn-large:int8-static')
    .action(async (name: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const description = await withController(options, ({ registry }) => registry.describe({ name }));
      printResult(context, options, description, () => formatDescription(name, description));
    });
}

function formatList(list: wire.ListResponse): string {
  if (list.tasks.length === 0) return "nothing is registered: see 'pareto register --help'";
  const tasks = formatTable<wire.Task>(
    [
      { title: 'TASK', cell: (task) => task.name },
      { title: 'METRIC', cell: (task) => task.metric },
      { title: 'PROMISES', cell: formatPromise },
      { title: 'INPUTS', cell: (task) => formatTensors(task.signature?.inputs) },
      { title: 'OUTPUTS', cell: (task) => formatTensors(task.signature?.outputs) },
    ],
    list.tasks,
  );
  return list.variants.length === 0 ? tasks : `${tasks}\n\n${formatVariants(list.variants)}`;
}
