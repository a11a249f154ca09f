// Sets a rule that restricts which variants serve queries, and prints it.

import type { Command } from 'commander';
import { withController } from '../connection/connect.js';
import { printResult, type Context } from '../context/context.js';
import { formatEnd, formatRule } from './rule-text.js';
import { addLifetimeOption, setRule, type RuleContent, type RuleOptions } from './set-rule.js';

export interface RestrictionOptions extends RuleOptions {
  readonly reason: string;
}

export const addRestrictionOptions = (command: Command): Command =>
  addLifetimeOption(command.requiredOption('--reason <text>', 'reason, shown by `pareto rules` and in errors'));

export async function restrict(context: Context, options: RestrictionOptions, content: RuleContent): Promise<void> {
  const rule = await withController(options, (clients) => setRule(context, clients, options, content));
  printResult(
    context,
    options,
    rule,
    () => `${formatRule(rule)} ${formatEnd(rule)}: 'pareto rules remove ${rule.id}' removes it`,
  );
}
