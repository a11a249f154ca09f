// The `pareto` command line: all commands, the options they share, and the exit codes.

import { errorText, findMisspelledVariable, ParetoError } from '@pareto/core';
import { Command, CommanderError, Option } from 'commander';
import { addBackup } from './commands/backup/backup.js';
import { addCerts } from './commands/certs/certs.js';
import { addCompletion } from './commands/completion/completion.js';
import { addDelete } from './commands/delete/delete.js';
import { addDeny } from './commands/deny/deny.js';
import { addDescribe } from './commands/describe/describe.js';
import { addDrain } from './commands/drain/drain.js';
import { addEvents } from './commands/events/events.js';
import { addForget } from './commands/forget/forget.js';
import { addExplain } from './commands/explain/explain.js';
import { addFrontier } from './commands/frontier/frontier.js';
import { addGet } from './commands/get/get.js';
import { addInfer } from './commands/infer/infer.js';
import { addInspect } from './commands/inspect/inspect.js';
import { addJobs } from './commands/jobs/jobs.js';
import { addList } from './commands/list/list.js';
import { addLoad } from './commands/load/load.js';
import { addLogs } from './commands/logs/logs.js';
import { addPin } from './commands/pin/pin.js';
import { addPlan } from './commands/plan/plan.js';
import { addProfile } from './commands/profile/profile.js';
import { addRegister } from './commands/register/register.js';
import { addReplay } from './commands/replay/replay.js';
import { addRestore } from './commands/restore/restore.js';
import { addLift, addRules } from './commands/rules/rules.js';
import { addRollback } from './commands/rollback/rollback.js';
import { addSimulate } from './commands/simulate/simulate.js';
import { addStatus } from './commands/status/status.js';
import { addTop } from './commands/top/top.js';
import { addUnload } from './commands/unload/unload.js';
import { addUp } from './commands/up/up.js';
import { addVersion } from './commands/version/version.js';
import { addWhatIf } from './commands/whatif/whatif.js';
import { addWorkers } from './commands/workers/workers.js';
import { formatCompletion } from './commands/completion/format-completion.js';
import { outputFormats, type CommonOptions, type Context } from './context/context.js';
import { addressesLike, addressLike, defaultController, defaultRouter } from './context/options.js';
import { ownVersion } from './own-version.js';
import { hasHint } from './suggest/nearest.js';
import { suggest } from './suggest/suggest.js';

const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

type Add = (program: Command, context: Context) => void;

/** Commands in the order of the help. A command whose work needs large packages imports it when it runs. */
const groups: readonly (readonly [title: string, commands: readonly Add[]])[] = [
  ['Getting started:', [addUp, addStatus, addRegister, addInfer]],
  [
    'Models:',
    [addGet, addDescribe, addInspect, addJobs, addProfile, addFrontier, addLoad, addUnload, addRollback, addDelete],
  ],
  ['Queries:', [addWhatIf, addExplain, addPin, addDeny, addRules]],
  ['Planning:', [addPlan, addSimulate, addReplay]],
  ['Cluster:', [addTop, addEvents, addLogs, addDrain, addForget, addBackup, addRestore, addCerts]],
  ['This command:', [addCompletion, addVersion, addList, addWorkers, addLift]],
];

/** Creates the program. Calls `onCommand` with a command before it runs. */
export function createProgram(context: Context, onCommand: (command: Command) => void = () => undefined): Command {
  const program = createRoot(context).hook('preAction', (_program, command) => onCommand(command));
  for (const [title, commands] of groups) {
    program.commandsGroup(title);
    for (const addCommand of commands) addCommand(program, context);
  }
  return program;
}

/** Creates the root command with the common options. */
const createRoot = ({ terminal }: Context): Command =>
  new Command('pareto')
    .description('Managed, model-less inference serving: say what you need, Pareto picks what answers.')
    .usage('<command> [options]')
    .version(ownVersion(), '--version', 'print the version of this command')
    .addOption(
      new Option('--controller <host:port,...>', 'addresses of the controllers, some or all of them')
        .argParser(addressesLike(defaultController))
        .default([defaultController], defaultController)
        .env('PARETO_CONTROLLER'),
    )
    .addOption(
      new Option('--router <host:port>', 'address of the router')
        .argParser(addressLike(defaultRouter))
        .default(defaultRouter, defaultRouter)
        .env('PARETO_ROUTER'),
    )
    .addOption(
      new Option(
        '--certs <folder>',
        "folder with the operator's certificate, or the folder that `pareto certs init` created",
      ).env('PARETO_CERTS'),
    )
    .addOption(new Option('-o, --output <format>', 'output format').choices(outputFormats).default('table'))
    .addHelpCommand(
      new Command('help').argument('[command]').description('show the help of a command').helpGroup('This command:'),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.\n\nExample:\n  pareto up\n  pareto status',
    )
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => command.name(),
      styleTitle: terminal.paint.bold,
      helpWidth: terminal.interactive ? Math.min(terminal.columns, 110) : 80,
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text, write) => write(`${terminal.progressPaint.red('pareto:')} ${inOneLine(text)}`),
    });

/** Joins commander's lines `error: unknown command 'x'` and `(Did you mean y?)`. */
const inOneLine = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\(Did you mean (.*)\)$/s, ': did you mean $1');

/** Runs one command line and returns the exit code. Prints an error to stderr. Checks the names of variables in `env`. */
export async function runProgram(
  argv: readonly string[],
  context: Context,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<number> {
  const [first, ...words] = argv;
  if (first === completeCommand) return complete(words, context);
  let command: Command | undefined;
  const program = createProgram(context, (running) => (command = running));
  try {
    const misspelled = findMisspelledVariable(
      env,
      program.options.flatMap(({ envVar }) => envVar ?? []),
    );
    if (misspelled !== undefined) program.error(misspelled);
    if (argv.length === 0) context.terminal.print(program.helpInformation().trimEnd());
    else await program.parseAsync(argv, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (context.stop.aborted) return exitCodes.interrupted;
    const hint = command === undefined ? '' : await hintFor(error, command, context);
    context.terminal.note(`${context.terminal.progressPaint.red('pareto:')} ${describeFailure(error)}${hint}`);
    return exitCodes.failed;
  }
}

/** Internal command that the shells' completion scripts call. */
const completeCommand = '__complete';

async function complete(words: readonly string[], context: Context): Promise<number> {
  const program = createProgram(context);
  const endpoints = async (): Promise<CommonOptions> => {
    const root = createRoot(context)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => undefined);
    await root.parseAsync(words.slice(0, -1), { from: 'user' });
    return root.opts();
  };
  const lines = await formatCompletion(words, { program, endpoints, clock: context.clock }).catch(() => '');
  if (lines !== '') context.terminal.print(lines);
  return exitCodes.ok;
}

/** Returns a hint at a similar name, if the error is about an unknown name. */
async function hintFor(error: unknown, command: Command, { clock }: Context): Promise<string> {
  if (!(error instanceof ParetoError) || error.code !== 'not-found' || hasHint(error)) return '';
  const options = command.optsWithGlobals<CommonOptions & { readonly target?: string; readonly task?: string }>();
  const words = [...command.args, ...[options.target, options.task].flatMap((word) => word ?? [])];
  // Names that the message does not contain exist, so they need no suggestion.
  return suggest(
    words.filter((word) => error.message.includes(word)),
    options,
    clock,
  );
}

/** Formats an error: the message, and a rejected query's offers (`pareto-...` trailers), one per line. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof ParetoError)) return errorText(error);
  const { code, message } = error;
  // Another gRPC service listens at the address, for example Pareto's own on another port.
  if (code === 'unimplemented')
    return `${message}: check that --controller and --router are the addresses of a controller and a router`;
  const offers = Object.entries(error.details).filter(([name, value]) => name.startsWith('pareto-') && value !== '');
  return [message, ...offers.map(([name, value]) => `  ${name.slice('pareto-'.length)}: ${value}`)].join('\n');
}
