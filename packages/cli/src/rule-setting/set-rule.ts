// Sets a rule with the options that commands have for it.

import type { wire } from '@pareto/protocol';
import type { Command } from 'commander';
import type { ControllerClients } from '../connection/connect.js';
import type { CommonOptions, Context } from '../context/context.js';
import { duration } from '../context/options.js';
import { userName } from './user-name.js';

export interface RuleOptions extends CommonOptions {
  readonly reason?: string;
  readonly for?: number;
}

export interface RuleContent {
  readonly kind: 'pin' | 'deny' | 'warm' | 'cold';
  /** Name of the task. Empty means every task. */
  readonly task: string;
  readonly target: string;
}

export const addLifetimeOption = (command: Command): Command =>
  command.option(
    '--for <duration>',
    'lifetime of the rule, such as 90s, 30m, 2h or 1d (default: until it is removed)',
    duration,
  );

export const setRule = (
  { stop }: Context,
  { registry }: ControllerClients,
  { reason = '', for: durationMs = 0 }: RuleOptions,
  content: RuleContent,
): Promise<wire.Rule> => registry.setRule({ ...content, reason, actor: userName(), durationMs }, { signal: stop });
