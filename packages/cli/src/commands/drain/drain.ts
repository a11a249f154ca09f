// `pareto drain` and `undrain`: take a worker out of service, and return it.

import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';

export function addDrain(program: Command, context: Context): void {
  addDrainCommand(program, context, {
    name: 'drain',
    alias: 'cordon',
    summary: 'move all replicas off a worker and keep it empty',
    undrain: false,
  });
  addDrainCommand(program, context, {
    ...{ name: 'undrain', alias: 'uncordon' },
    ...{ summary: 'return a drained worker to service', undrain: true },
  });
}

interface DrainCommand {
  readonly name: string;
  /** Name of the command in kubectl. */
  readonly alias: string;
  readonly summary: string;
  readonly undrain: boolean;
}

function addDrainCommand(program: Command, context: Context, { name, alias, summary, undrain }: DrainCommand): void {
  program
    .command(name)
    .alias(alias)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}. The alias ${alias} is the name in kubectl.`)
    .argument('<worker>', "name of the worker, from 'pareto get workers'")
    .addHelpText('after', `\nExample:\n  pareto ${name} worker-1`)
    .action(async (workerId: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const { stop: signal } = context;
      await withController(options, ({ fleet }) =>
        repeat(() => fleet.drain({ workerId, undrain }, { signal }), repeatOptions(context)),
      );
      printResult(
        context,
        options,
        { workerId, undrain },
        () => `${workerId} ${undrain ? 'is in service again' : 'is draining'}`,
      );
    });
}
