// `pareto describe`: shows a registered object with its measurements, or a worker.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController, type ControllerClients } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { formatDescription } from './description.js';
import { describePlacement, type Description } from '../../objects/placement-tables.js';
import { parseName } from '../../kinds/kinds.js';
import { formatWorker } from './worker-description.js';

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
