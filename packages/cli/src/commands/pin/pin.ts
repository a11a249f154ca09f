// `pareto pin`: restricts a task to a variant or an architecture.

import type { Command } from 'commander';
import type { Context } from '../../context/context.js';
import { addRestrictionOptions, restrict, type RestrictionOptions } from '../../rule-setting/restrict.js';

export function addPin(program: Command, context: Context): void {
  const command = program
    .command('pin')
    .summary('restrict a task to a variant or architecture')
    .description('Restricts a task to one variant, or to the variants of one architecture.')
    .argument('<task>')
    .argument('<target>', 'a variant or an architecture of the task');
  addRestrictionOptions(command)
    .addHelpText('after', '\nExample:\n  pareto pin digits cnn-large:original --for 2h --reason "comparing"')
    .action(async (task: string, target: string, _options: unknown, self: Command) => {
      await restrict(context, self.optsWithGlobals<RestrictionOptions>(), { kind: 'pin', task, target });
    });
}
