// `pareto simulate`: simulates a scenario with Pareto and other policies, and compares them.

import type { Command } from 'commander';
import type { Context } from '../../context/context.js';
import { wholeNumberIn } from '../../context/options.js';
import { parseSeeds } from './seed-list.js';
import type { SimulateOptions } from './simulate-run.js';

export function addSimulate(program: Command, context: Context): void {
  program
    .command('simulate')
    .summary('simulate a fleet under traffic')
    .description(
      'Simulates the fleet, the variants and the traffic of a scenario file with the policies that serve, and with others to compare. Needs no cluster.\nCtrl-C ends the simulation and prints what it has so far; a second one exits immediately.',
    )
    .argument('<scenario>', 'YAML file that describes the scenario')
    .option('--data <folder>', "folder with the traces that are not next to the scenario's file")
    .option('--policy <name...>', 'policies to compare, the first one as the reference (default: those of the file)')
    .option(
      '--seeds <n|list>',
      'number of seeds, or a list such as 3,7 or 101-105 (default: those of the file, or 1)',
      parseSeeds,
    )
    .option('--days <n>', 'number of days to simulate, in place of the duration of the file', wholeNumberIn(1, 31))
    .option('--jobs <n>', 'number of runs at a time (default: the number of cores)', wholeNumberIn(1, 256))
    .option('--json <file>', 'JSON file to write the results to')
    .option('--html <file>', 'HTML file to write a page with charts to')
    .option('--resume', 'take finished runs of the same scenario and version from the folder next to the report')
    .addHelpText(
      'after',
      '\nExamples:\n  pareto simulate examples/simulate/first.yaml\n  pareto simulate day.yaml --policy pareto clipper-cheapest --seeds 5 --html day.html\n  pareto simulate day.yaml --policy pareto clairvoyant    # and the least cost of any policy',
    )
    .action(async (scenario: string, _options: unknown, self: Command) => {
      const { runSimulate } = await import('./simulate-run.js');
      await runSimulate(context, self.optsWithGlobals<SimulateOptions>(), scenario);
    });
}
