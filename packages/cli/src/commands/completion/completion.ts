// `pareto completion`: prints a shell's completion script.

import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import { completionScript, shells, type Shell } from './scripts.js';
import type { Context } from '../../context/context.js';

const executable = fileURLToPath(new URL('../../../bin/pareto.mjs', import.meta.url));

export function addCompletion(program: Command, context: Context): void {
  program
    .command('completion')
    .summary('print a completion script for your shell')
    .description(
      'Prints a script with which your shell completes commands, options, and the names of tasks, models, variants, workers and rules.',
    )
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  pareto completion bash >> ~/.bashrc\n  pareto completion zsh > "${fpath[1]}/_pareto"\n  pareto completion fish > ~/.config/fish/completions/pareto.fish',
    )
    .action((shell: Shell) => context.terminal.print(completionScript(shell, executable).trimEnd()));
}
