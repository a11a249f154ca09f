// `pareto frontier`: draws a task's variants, accuracy against latency and against cost.

import type { Command } from 'commander';
import type { Context } from '../../context/context.js';
import { wholeNumberIn } from '../../context/options.js';
import type { FrontierFlags } from './frontier-run.js';

export function addFrontier(program: Command, context: Context): void {
  program
    .command('frontier')
    .summary('draw accuracy against latency and cost')
    .description(
      'Draws the variants of a task, accuracy against latency and against cost, in one pair of charts per hardware class, and lists the variants on the Pareto front. Intervals are 95 % confidence intervals.',
    )
    .argument('<task>')
    .option(
      '--batch <n>',
      'batch size for latencies and costs (default: latencies of batch size 1, costs as quoted)',
      wholeNumberIn(1, 1e6),
    )
    .option('--class <id>', 'hardware class, or the beginning of its name (default: all)')
    .option('--svg <file>', 'SVG file to write the charts to')
    .option('--html <file>', 'HTML file to write the charts and a table of all variants to')
    .addHelpText(
      'after',
      '\nExamples:\n  pareto frontier digits\n  pareto frontier digits --batch 8 --html digits.html',
    )
    .action(async (task: string, _options: unknown, self: Command) => {
      const { runFrontier } = await import('./frontier-run.js');
      await runFrontier(context, self.optsWithGlobals<FrontierFlags>(), task);
    });
}
