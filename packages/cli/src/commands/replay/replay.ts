// `pareto replay`: replays recorded arrivals with other parameters, prices or fleets.

import type { Command } from 'commander';
import type { Context } from '../../context/context.js';
import type { ReplayOptions } from './replay-run.js';

export function addReplay(program: Command, context: Context): void {
  program
    .command('replay')
    .summary('replay recorded arrivals with other parameters, prices or fleets')
    .description(
      'Simulates the cluster under the queries that its routers recorded with --record-level arrivals, as it is and with changes: what would they have cost, and which objectives would have been missed? The variants and workers are those of the cluster now, unless --listings has them.',
    )
    .argument('<log...>', 'arrival logs, one of each router; FILE.1 is read with FILE')
    .option(
      '--with <file>',
      'YAML file of changes (registry, fleet, prices, params, faults, routers); may be repeated',
      addTo,
    )
    .option(
      '--listings <folder>',
      'folder with the output of get variants, get tasks and get workers with -o json, as variants.json, tasks.json and workers.json (default: from the controller)',
    )
    .option(
      '--policy <name>',
      'policy of the simulations: pareto, pareto-greedy (a controller with --greedy), pareto-release-hosts (one with --release-hosts) or pareto-accurate',
      'pareto',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  pareto replay arrivals.csv --with half-the-workers.yaml\n  pareto replay router-1.csv router-2.csv --listings monday --with prices.yaml --with spot.yaml -o json',
    )
    .action(async (logs: readonly string[], _options: unknown, self: Command) => {
      const { runReplay } = await import('./replay-run.js');
      await runReplay(context, self.optsWithGlobals<ReplayOptions>(), logs);
    });
}

const addTo = (file: string, files: readonly string[] = []): readonly string[] => [...files, file];
