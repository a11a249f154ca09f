// `pareto rules`: lists the rules. `pareto rules remove`: removes one.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import { withController } from '../../connection/connect.js';
import { printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { formatRule } from '../../rule-setting/rule-text.js';
import { userName } from '../../rule-setting/user-name.js';
import { formatEvents, formatRules } from './rule-table.js';

interface ListOptions extends CommonOptions {
  readonly history?: boolean;
}

const usageError = { exitCode: 2 } as const;

export function addRules(program: Command, context: Context): void {
  const rules = program
    .command('rules')
    .summary('list the rules: pin, deny, warm and cold')
    .description('Lists the rules: pin, deny, warm and cold.')
    .option('--history', 'also list which rules were created, removed and expired, newest first')
    .addHelpText('after', '\nExamples:\n  pareto rules\n  pareto rules --history\n  pareto rules remove rmhz3k9q2')
    .allowExcessArguments()
    .action(async (_options: unknown, self: Command) => {
      const [word] = self.args;
      if (word !== undefined)
        return self.error(`unknown command 'rules ${word}': expected 'rules remove ID'`, usageError);
      const options = self.optsWithGlobals<ListOptions>();
      const list = await withController(options, ({ registry }) => registry.listRules({}, { signal: context.stop }));
      const shown = options.history === true ? list : { rules: list.rules };
      printResult(context, options, shown, () => formatList(list, options.history === true, widthOf(context, options)));
    });
  addRemoval(rules.command('remove').summary('remove a rule').description('Removes a rule.'), context).addHelpText(
    'after',
    '\nExample:\n  pareto rules remove rmhz3k9q2',
  );
}

const formatList = ({ rules, events }: wire.ListRulesResponse, history: boolean, width: number): string =>
  [
    rules.length === 0 ? 'there are no rules' : formatRules(rules, width),
    ...(history ? [events.length === 0 ? 'there is no history' : formatEvents(events, width)] : []),
  ].join('\n\n');

/** Adds the former name of `rules remove`, which help and completion leave out. */
export function addLift(program: Command, context: Context): void {
  const command = program.command('lift', { hidden: true }).description("Removes a rule, like 'pareto rules remove'.");
  addRemoval(command, context).addHelpText('after', '\nExample:\n  pareto lift rmhz3k9q2');
}

/** Adds the argument and the action of a command that removes a rule. */
const addRemoval = (command: Command, context: Context): Command =>
  command
    .argument('<id>', "id of the rule, from 'pareto rules'")
    .action(async (id: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const request = { id, actor: userName() };
      const rule = await withController(options, ({ registry }) =>
        registry.liftRule(request, { signal: context.stop }),
      );
      printResult(context, options, rule, () => `removed: ${formatRule(rule)}`);
    });
