// `pareto profile`: repeats measurements.

import { architectureNameOf } from '@pareto/core';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { repeat, repeatOptions } from '../../connection/repeat.js';
import { printResult, type CommonOptions, type Context } from '../../context/context.js';

export function addProfile(program: Command, context: Context): void {
  program
    .command('profile')
    .summary('re-measure a variant or architecture')
    .description(
      'Discards the measurements of a variant, or of all variants of an architecture, and measures again. Also retries the files that could not be generated.',
    )
    .argument('<name>', 'an architecture or a variant')
    .addHelpText('after', '\nExample:\n  pareto profile cnn-large:int8-static')
    .action(async (variant: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      await withController(options, ({ registry }) =>
        repeat(() => registry.profile({ variant }, { signal: context.stop }), repeatOptions(context)),
      );
      printResult(
        context,
        options,
        { name: variant },
        () => `re-measuring ${variant}: 'pareto jobs ${architectureNameOf(variant)} --watch' follows it`,
      );
    });
}
