// `pareto forget`: removes a worker that will not return.

import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';

export function addForget(program: Command, context: Context): void {
  program
    .command('forget')
    .summary('remove a disconnected worker that will not return')
    .description(
      'Removes a worker that is not connected and will not return, so that it no longer counts as failed. Workers that are stopped with SIGTERM report it, and are removed without this command.',
    )
    .argument('<worker>', "name of the worker, from 'pareto get workers'")
    .addHelpText('after', '\nExample:\n  pareto forget worker-3')
    .action(async (workerId: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      await withController(options, ({ fleet }) => fleet.forget({ workerId }, { signal: context.stop }));
      printResult(context, options, { workerId }, () => `${workerId} is removed`);
    });
}
