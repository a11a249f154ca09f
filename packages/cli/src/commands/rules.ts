// `pareto pin`, `deny`, `rules` and `rules remove`: safety valves, what may answer and what may not.

import type { wire } from '@pareto/rpc';
import type { Command } from 'commander';
import { withController } from '../connection/connect.js';
import { printResult, type CommonOptions, type Context } from '../context/context.js';
import { duration } from '../context/options.js';
import { userName } from '../rules/user-name.js';
import { formatEnd, formatEvents, formatRule, formatRules } from '../rules/rule-table.js';

interface RuleOptions extends CommonOptions {
  readonly reason: string;
  readonly for?: number;
  readonly task?: string;
}

export function addPin(program: Command, context: Context): void {
  const command = program
    .command('pin')
    .summary('let nothing else answer a task')
    .description('Lets only one variant, or only the variants of one architecture, answer queries for a task.')
    .argument('<task>')
    .argument('<target>', 'a variant or an architecture of the task');
  addRuleOptions(command)
    .addHelpText('after', '\nExample:\n  pareto pin digits cnn-large:original --for 2h --reason "comparing"')
    .action(async (task: string, target: string, _options: unknown, self: Command) => {
      await setRule(context, self.optsWithGlobals<RuleOptions>(), { kind: 'pin', task, target });
    });
}

export function addDeny(program: Command, context: Context): void {
  const command = program
    .command('deny')
    .summary('let a variant or an architecture answer nothing')
    .description('Lets a variant, or all variants of an architecture, answer nothing, also when they are named.')
    .argument('<target>', 'a variant or an architecture')
    .option('--task <name>', 'only of this task');
  addRuleOptions(command)
    .addHelpText('after', '\nExample:\n  pareto deny mlp-tiny:int4 --for 1d --reason "wrong on sevens"')
    .action(async (target: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<RuleOptions>();
      await setRule(context, options, { kind: 'deny', task: options.task ?? '', target });
    });
}

const addRuleOptions = (command: Command): Command =>
  command
    .requiredOption('--reason <text>', 'why, for whoever meets it later')
    .option('--for <duration>', 'until it ends by itself: 90s, 30m, 2h, 1d (default: until it is lifted)', duration);

async function setRule(
  context: Context,
  options: RuleOptions,
  what: { readonly kind: 'pin' | 'deny'; readonly task: string; readonly target: string },
): Promise<void> {
  const request = { ...what, reason: options.reason, actor: userName(), durationMs: options.for ?? 0 };
  const rule = await withController(options, ({ registry }) => registry.setRule(request, { signal: context.stop }));
  printResult(
    context,
    options,
    rule,
    () => `${formatRule(rule)} ${formatEnd(rule)}: 'pareto rules remove ${rule.id}' removes it`,
  );
}

interface ListOptions extends CommonOptions {
  readonly history?: boolean;
}

export function addRules(program: Command, context: Context): void {
  const rules = program
    .command('rules')
    .description('list what is pinned and denied, and wished to be warm or cold')
    .option('--history', 'and what was made, lifted and ended, newest first')
    .addHelpText('after', '\nExamples:\n  pareto rules\n  pareto rules --history\n  pareto rules remove rmhz3k9q2')
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      const list = await withController(options, ({ registry }) => registry.listRules({}, { signal: context.stop }));
      const shown = options.history === true ? list : { rules: list.rules };
      printResult(context, options, shown, () => formatList(list, options.history === true));
    });
  addRemoval(rules.command('remove').description('remove a rule'), context).addHelpText(
    'after',
    '\nExample:\n  pareto rules remove rmhz3k9q2',
  );
}

const formatList = ({ rules, events }: wire.ListRulesResponse, history: boolean): string =>
  [
    rules.length === 0 ? 'nothing is pinned or denied, or wished to be warm or cold' : formatRules(rules),
    ...(history ? [events.length === 0 ? 'nor was anything' : formatEvents(events)] : []),
  ].join('\n\n');

/** Adds the former name of `rules remove`, which help and completion leave out. */
export function addLift(program: Command, context: Context): void {
  const command = program.command('lift', { hidden: true }).description("remove a rule ('pareto rules remove')");
  addRemoval(command, context).addHelpText('after', '\nExample:\n  pareto lift rmhz3k9q2');
}

/** Gives a command that removes a rule its argument and its action. */
const addRemoval = (command: Command, context: Context): Command =>
  command
    .argument('<id>', "of the rule, from 'pareto rules'")
    .action(async (id: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions>();
      const request = { id, actor: userName() };
      const rule = await withController(options, ({ registry }) =>
        registry.liftRule(request, { signal: context.stop }),
      );
      printResult(context, options, rule, () => `removed: ${formatRule(rule)}`);
    });
