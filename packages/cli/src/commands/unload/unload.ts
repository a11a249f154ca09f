// `pareto unload`: stops keeping a model warm.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { printResult, type Context } from '../../context/context.js';
import { parseName } from '../../kinds/kinds.js';
import { formatEnd } from '../../rule-setting/rule-text.js';
import { setRule, type RuleOptions } from '../../rule-setting/set-rule.js';
import { addWarmthOptions } from '../../rule-setting/warmth-options.js';

export function addUnload(program: Command, context: Context): void {
  const command = program
    .command('unload')
    .summary('stop keeping a model warm')
    .description(
      'Stops keeping the target warm and unloads its idle replicas. Nothing is deleted: the next query waits while the model loads again.',
    )
    .argument('<name...>', 'a task, an architecture or a variant');
  addWarmthOptions(command)
    .addHelpText('after', '\nExample:\n  pareto unload cnn-large')
    .action(async (words: readonly string[], _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<RuleOptions>();
      const target = parseName(words);
      const rule = await withController(options, (clients) =>
        setRule(context, clients, options, { kind: 'cold', task: '', target }),
      );
      printResult(context, options, { rule }, () => formatCold(rule));
    });
}

const formatCold = (rule: wire.Rule): string =>
  `${rule.target} is not kept warm ${formatEnd(rule)}; 'pareto load ${rule.target}' keeps it warm, 'pareto rules remove ${rule.id}' removes the rule`;
