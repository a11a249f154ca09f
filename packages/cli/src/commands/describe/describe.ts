// `pareto describe` and `pareto list`: show registered objects and their measurements.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { formatTable } from '@pareto/report';
import { withController, type ControllerClients } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { formatDefaultObjective, formatTensors } from '../../objects/task-text.js';
import { formatDescription } from './description.js';
import { describePlacement, type Description } from '../../objects/placement-tables.js';
import { parseName } from '../../kinds/kinds.js';
import { formatVariants } from '../../objects/variant-table.js';
import { formatWorker } from './worker-description.js';

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

export function addDescribe(program: Command, context: Context): void {
  program
    .command('describe')
    .summary('show the details of a task, a model, a variant or a worker')
    .description(
      'Shows a task, a model (architecture) or a variant with its measurements, the files that were not generated, and the replicas that cannot be loaded, with the reasons. For a single variant, shows the whole profile and why each replica is there; for a worker, its hardware and replicas.',
    )
    .argument('<name...>', 'name, with or without the kind: `worker-1`, `worker worker-1` or `worker/worker-1`')
    .addHelpText(
      'after',
      '\nExamples:\n  pareto describe digits\n  pareto describe cnn-large:int8-static\n  pareto describe worker-1',
    )
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const name = parseName(words);
      const found = await withController(options, (clients) => find(name, clients));
      const { paint } = context.terminal;
      const width = widthOf(context, options);
      printResult(context, options, found, () =>
        'workerId' in found ? formatWorker(found, paint, width) : formatDescription(name, found, width),
      );
    });
}

/** Returns a registered object's description, or else the worker of that name. Throws `not-found` if neither exists. */
async function find(name: string, { registry, fleet }: ControllerClients): Promise<Description | wire.Worker> {
  const [found, overview] = await Promise.all([registry.describe({ name }).catch(toMismatch), fleet.overview({})]);
  if (!(found instanceof ParetoError)) return describePlacement(found, overview);
  const worker = overview.workers.find(({ workerId }) => workerId === name);
  if (worker === undefined) throw found;
  return worker;
}

/** Returns the error of a name that is not registered, which a worker may have. Throws any other error. */
function toMismatch(error: unknown): ParetoError {
  if (error instanceof ParetoError && ['not-found', 'invalid-argument'].includes(error.code)) return error;
  throw error;
}

function formatList(list: wire.ListResponse, width: number): string {
  if (list.tasks.length === 0) return "nothing is registered: see 'pareto register --help'";
  const tasks = formatTable<wire.Task>(
    [
      { title: 'TASK', cell: (task) => task.name },
      { title: 'METRIC', drop: 3, cell: (task) => task.metric || '-' },
      { title: 'PROMISES', text: true, cell: formatDefaultObjective },
      { title: 'INPUTS', text: true, drop: 2, cell: (task) => formatTensors(task.signature?.inputs) },
      { title: 'OUTPUTS', text: true, drop: 1, cell: (task) => formatTensors(task.signature?.outputs) },
    ],
    list.tasks,
    { width },
  );
  return list.variants.length === 0 ? tasks : `${tasks}\n\n${formatVariants(list.variants, width)}`;
}
