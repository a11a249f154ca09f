// `pareto logs`: prints the logs of the services that `pareto up` started on this machine.

import {
  chooseServices,
  createLogReader,
  findLogFolder,
  followLogs,
  logLevels,
  type LogLevel,
  type LogLine,
} from '@pareto/local';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { isForPrograms, type CommonOptions, type Context } from '../../context/context.js';
import { formatLogLine } from '../../terminal/format-log-line.js';
import { duration, wholeNumberIn } from '../../context/options.js';
import { didYouMean } from '../../suggest/nearest.js';
import type { Paint } from '../../terminal/terminal.js';

interface Options extends CommonOptions {
  readonly dataDir?: string;
  readonly follow?: boolean;
  readonly since?: number;
  readonly lines?: number;
  readonly level: LogLevel;
  readonly grep?: RegExp;
}

const defaultLines = 100;

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('Expected a regular expression.');
  }
}

export function addLogs(program: Command, context: Context): void {
  program
    .command('logs')
    .summary('show the logs of services that `pareto up` started')
    .description(
      'Shows the logs of the services that `pareto up` started on this machine, merged by time. The logs are files, so this works without a running cluster too.',
    )
    .argument(
      '[services...]',
      'services to show: controller, router, worker-1, or worker for all workers (default: all)',
    )
    .option('-f, --follow', 'also print new lines, until Ctrl-C')
    .option('--since <duration>', 'maximum age of the lines, such as 90s, 5m, 2h or 1d', duration)
    .option(
      '-n, --lines <n>',
      `number of last lines (default: ${defaultLines}, or all with --since)`,
      wholeNumberIn(0, 1e9),
    )
    .addOption(new Option('--level <level>', 'lowest level to show').choices(logLevels).default('info'))
    .option('--grep <pattern>', 'regular expression that lines must match, ignoring case', pattern)
    .option('--data-dir <folder>', 'data folder of `pareto up` (default: ./.pareto, or ./.pareto-quickstart)')
    .addHelpText(
      'after',
      '\n-o json prints the lines as written, -o wide prints long values in full.\n\nExamples:\n  pareto logs -f\n  pareto logs worker --since 5m --level warn\n  pareto logs router --grep "worker-1"',
    )
    .action(async (services: readonly string[], _options: unknown, self: Command) => {
      await showLogs(context, self.optsWithGlobals<Options>(), services);
    });
}

async function showLogs(context: Context, options: Options, wanted: readonly string[]): Promise<void> {
  const { clock, stop: signal } = context;
  const folder = await findLogFolder(options.dataDir);
  const chosen = chooseServices(folder.services, wanted, didYouMean);
  const reader = createLogReader(folder, wanted);
  const print = createPrinter(context, options, chosen);
  const since = options.since === undefined ? -Infinity : clock.wallMs() - options.since;
  const lines = (await reader.read()).filter((line) => line.at >= since && isWanted(line, options));
  const count = options.lines ?? (options.since === undefined ? defaultLines : Infinity);
  print(count === 0 ? [] : lines.slice(-count));
  if (options.follow !== true) return;
  await followLogs(reader, { clock, signal, onLines: (more) => print(more.filter((line) => isWanted(line, options))) });
}

const isWanted = ({ level, text }: LogLine, { level: minLevel, grep }: Options): boolean =>
  logLevels.indexOf(level) >= logLevels.indexOf(minLevel) && (grep === undefined || grep.test(text));

const colours = ['cyan', 'magenta', 'blue', 'green', 'yellow'] as const satisfies readonly (keyof Paint)[];

/** Returns a function that prints log lines, with a colour for each service. */
function createPrinter(
  { terminal }: Context,
  options: Options,
  services: readonly string[],
): (lines: readonly LogLine[]) => void {
  const { paint } = terminal;
  const width = Math.max(...services.map((service) => service.length));
  const seen = [...services];
  const prefix = (service: string): string => {
    if (!seen.includes(service)) seen.push(service);
    return paint[colours[seen.indexOf(service) % colours.length] ?? 'cyan'](service.padEnd(width));
  };
  return (lines) => {
    for (const line of lines) {
      if (isForPrograms(options)) terminal.print(line.text);
      else terminal.print(`${prefix(line.service)} ${formatLogLine(line, { paint, full: options.output === 'wide' })}`);
    }
  };
}
