// Options of `pareto load` and `pareto unload`.

import type { Command } from 'commander';
import { addLifetimeOption } from './set-rule.js';

export const addWarmthOptions = (command: Command): Command =>
  addLifetimeOption(command.option('--reason <text>', 'reason, shown by `pareto rules`'));
