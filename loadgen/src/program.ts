// The command line of the load generator.

import { errorText, ParetoError } from '@pareto/core';
import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import { addCompare } from './compare/add-compare.js';
import type { ProgressOutput } from './live/show-progress.js';
import { formatReport } from './report/format-report.js';
import type { Paint } from './report/paint.js';
import { checkWritable, formatJson, writeReports, type ReportFiles } from './report/write-reports.js';
import { sendLoad } from './send/send-load.js';
import { addSettingOptions } from './settings/add-setting-options.js';
import type { Given } from './settings/given-settings.js';
import { readScenario } from './settings/read-scenario.js';
import { resolveSettings } from './settings/resolve-settings.js';

export interface ProgramContext {
  readonly stdout: ProgressOutput;
  readonly stderr: ProgressOutput;
  /** Ends the sending. */
  readonly stop: AbortSignal;
}

interface Options extends Partial<Given>, ReportFiles {
  readonly scenario?: string;
  readonly output: 'table' | 'json';
  readonly quiet?: boolean;
}

const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const examples = `
Examples:
  npm run loadgen -- --target digits --latency-ms 50 --data examples/digits/validation.npz
  npm run loadgen -- --target digits --arrivals poisson --rate 200 --duration 1m --warm-up 5 --mix 60:1,400:3
  npm run loadgen -- --target digits --in-flight 16
  npm run loadgen -- --target digits --trace requests.csv --trace-to 24h --rate 50 --duration 30m
  npm run loadgen -- --scenario examples/load/three-tasks.yaml --json run.json --html run.html
  npm run loadgen -- compare before.json after.json

A time is a number of seconds, or has a unit: 90, 500ms, 90s, 30m, 1h. The guide is docs/load-testing.md.
Exit codes: 0 success, 1 failure, or no request was answered, 2 wrong usage, 130 interrupted before the load.`;

/** Runs one command line and returns the exit code. */
export async function runProgram(argv: readonly string[], context: ProgramContext): Promise<number> {
  let code: number = exitCodes.ok;
  const program = createProgram(context, (ended) => (code = ended));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (context.stop.aborted) return exitCodes.interrupted;
    context.stderr.write(`loadgen: ${errorText(error)}\n`);
    return error instanceof ParetoError && error.code === 'invalid-argument' ? exitCodes.usage : exitCodes.failed;
  }
}

function createProgram(context: ProgramContext, onEnd: (code: number) => void): Command {
  const { stdout, stderr } = context;
  const program = new Command('npm run loadgen --')
    .description('Sends load to a server of the Open Inference Protocol, and reports what happened.')
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(stdout.columns ?? 100, 110), styleTitle: paintFor(stdout).bold })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: (text, write) => write(`loadgen: ${inOneLine(text)}\n`),
    });
  addSettingOptions(program);
  program.addOption(scenarioOption.helpGroup('Queries:'));
  for (const option of reportOptions) program.addOption(option.helpGroup('Report:'));
  addCompare(program, stdout, onEnd);
  return program.addHelpText('after', examples).action(async (options: Options) => onEnd(await send(options, context)));
}

const scenarioOption = new Option(
  '--scenario <file>',
  'YAML or JSON file of settings, with several queries; flags override it',
);

const reportOptions: readonly Option[] = [
  new Option('-o, --output <form>', 'form of the report on stdout').choices(['table', 'json']).default('table'),
  new Option('--json <file>', 'also write the report as JSON, for compare'),
  new Option('--html <file>', 'also write the report as a page with charts'),
  new Option('-q, --quiet', 'show no progress'),
];

/** Joins commander's lines `error: unknown option '--x'` and `(Did you mean --y?)`. */
const inOneLine = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replace(/ is invalid\. /, ' is invalid: ')
    .replace(/\s*\n\(Did you mean (.*)\)$/s, ': did you mean $1');

const paintFor = (output: ProgressOutput): Paint => pc.createColors(output.hasColors?.() === true);

async function send(options: Options, { stdout, stderr, stop }: ProgramContext): Promise<number> {
  const { scenario, output, quiet } = options;
  const settings = resolveSettings(options, scenario === undefined ? undefined : await readScenario(scenario));
  await checkWritable(options);
  const warn = (text: string): void => void stderr.write(`loadgen: ${text}\n`);
  const run = await sendLoad(settings, { signal: stop, output: quiet === true ? undefined : stderr, warn });
  const style = { paint: paintFor(stdout), width: stdout.columns ?? Infinity };
  stdout.write(`${output === 'json' ? formatJson(run) : formatReport(run, style)}\n`);
  await writeReports(run, options);
  return (run.statuses['ok'] ?? 0) === 0 ? exitCodes.failed : exitCodes.ok;
}
