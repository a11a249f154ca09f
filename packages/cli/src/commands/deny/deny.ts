// `pareto deny`: excludes a variant or an architecture.

import type { Command } from 'commander';
import type { Context } from '../../context/context.js';
import { addRestrictionOptions, restrict, type RestrictionOptions } from '../../rule-setting/restrict.js';

interface DenyOptions extends RestrictionOptions {
  readonly task?: string;
}

export function addDeny(program: Command, context: Context): void {
  const command = program
    .command('deny')
    .summary('exclude a variant or architecture')
    .description('Excludes a variant, or all variants of an architecture, even from queries that name them.')
    .argument('<target>', 'a variant or an architecture')
    .option('--task <name>', 'task from which it is excluded (default: all)');
  addRestrictionOptions(command)
    .addHelpText('after', '\nExample:\n  pareto deny mlp-tiny:int4 --for 1d --reason "wrong on sevens"')
    .action(async (target: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<DenyOptions>();
      await restrict(context, options, { kind: 'deny', task: options.task ?? '', target });
    });
}
